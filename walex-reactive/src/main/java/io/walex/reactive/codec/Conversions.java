package io.walex.reactive.codec;

/** Lossless conversions between the Java types that columns come as and those that users ask for. */
public final class Conversions {

    private Conversions() {}

    /**
     * Converts a decoded value.
     *
     * @throws IllegalArgumentException when the type is not reachable from the value's, or only with a loss
     */
    public static <T> T convert(Object value, Class<T> type) {
        if (type.isInstance(value)) {
            return type.cast(value);
        }
        throw new IllegalArgumentException(
                "Cannot convert " + value.getClass().getName() + " to " + type.getName() + " without loss");
    }
}
