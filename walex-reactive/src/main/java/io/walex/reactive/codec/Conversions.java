package io.walex.reactive.codec;

import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.util.RawValue;

/**
 * Lossless conversions between the Java types that columns come as and those that users ask for.
 *
 * <ul>
 *   <li>numbers to any numeric type that holds them exactly; a {@code double} or {@code float} also holds the decimal
 *       that PostgreSQL or Java writes for it;
 *   <li>{@code OffsetDateTime} to {@code Instant}, the infinities to its {@code MAX} and {@code MIN}, and to {@code
 *       ZonedDateTime}, which has none of its own: the infinities are {@code OffsetDateTime.MAX} and {@code MIN} as such;
 *   <li>{@link Interval} to {@code Duration} or {@code Period} where the other part is zero;
 *   <li>{@code String} to an enum (of that name, or of that name in capitals with underscores) and to {@code UUID};
 *   <li>{@code ByteBuffer} to {@code byte[]}, lists to arrays, {@link Inet} to {@code InetAddress} where it is a host,
 *       {@code bit(1)} to {@code Boolean};
 *   <li>anything to {@code String}; JSON, lists and maps as their JSON;
 *   <li>JSON and maps (composite types) to whatever Jackson makes of them.
 * </ul>
 */
public final class Conversions {

    private static final Set<Class<?>> NUMBERS = Set.of(
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            BigInteger.class,
            BigDecimal.class);

    private Conversions() {}

    /**
     * Converts a decoded value.
     *
     * @param type what to convert to; a primitive type stands for its wrapper
     * @throws IllegalArgumentException when the type is not reachable from the value's, or only with a loss
     */
    public static <T> T convert(Object value, Class<T> type) {
        if (type.isInstance(value)) {
            return type.cast(value);
        }
        @SuppressWarnings("unchecked") // A primitive class and its wrapper have the same T.
        Class<T> wrapper = (Class<T>) MethodType.methodType(type).wrap().returnType();
        Object converted = wrapper.isInstance(value) ? value : converted(value, wrapper);
        if (converted == null) {
            throw new LossyException(value, type);
        }
        return wrapper.cast(converted);
    }

    private static @Nullable Object converted(Object value, Class<?> type) {
        if (type == String.class) {
            return value instanceof List || value instanceof Map || value instanceof JsonNode
                    ? JsonValues.text(value)
                    : PgText.of(value);
        } else if (value instanceof Number number && Number.class.isAssignableFrom(type)) {
            return NumberConversions.exactly(number, type);
        } else if (value instanceof OffsetDateTime time) {
            return moment(time, type);
        } else if (value instanceof Interval interval) {
            return amount(interval, type);
        } else if (value instanceof ByteBuffer bytes && type == byte[].class) {
            return bytes(bytes);
        } else if (value instanceof Inet inet && type == InetAddress.class) {
            return inet.isHost() ? inet.address() : null;
        } else if (value instanceof List<?> list && type.isArray()) {
            return array(list, type.getComponentType());
        } else if (value instanceof String text) {
            return fromText(text, type);
        } else if (value instanceof JsonNode || value instanceof Map) {
            return bound(value, type);
        }
        return null;
    }

    private static @Nullable Object moment(OffsetDateTime time, Class<?> type) {
        if (type == Instant.class) {
            if (time.equals(OffsetDateTime.MAX) || time.equals(OffsetDateTime.MIN)) {
                return time.getYear() > 0 ? Instant.MAX : Instant.MIN;
            }
            return time.toInstant();
        }
        return type == ZonedDateTime.class ? time.toZonedDateTime() : null;
    }

    private static @Nullable Object amount(Interval interval, Class<?> type) {
        if (!interval.isFinite()) {
            return null;
        } else if (type == Duration.class && interval.months() == 0 && interval.days() == 0) {
            return interval.duration();
        }
        return type == Period.class && interval.micros() == 0 ? interval.period() : null;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static Object array(List<?> list, Class<?> component) {
        Object array = Array.newInstance(component, list.size());
        for (int i = 0; i < list.size(); i++) {
            Object element = list.get(i);
            if (element != null) {
                Array.set(array, i, convert(element, component));
            } else if (component.isPrimitive()) {
                throw new LossyException(list, array.getClass());
            }
        }
        return array;
    }

    private static @Nullable Object fromText(String text, Class<?> type) {
        if (type.isEnum()) {
            return constant(text, type);
        } else if (type == UUID.class) {
            return uuid(text);
        } else if (type == Boolean.class && (text.equals("0") || text.equals("1"))) {
            return text.equals("1");
        }
        return type == Character.class && text.length() == 1 ? text.charAt(0) : null;
    }

    private static @Nullable Object constant(String text, Class<?> type) {
        String capitals = text.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
        Object found = null;
        for (Object constant : type.getEnumConstants()) {
            String name = ((Enum<?>) constant).name();
            if (name.equals(text)) {
                return constant;
            } else if (name.equals(capitals)) {
                found = constant;
            }
        }
        return found;
    }

    private static @Nullable Object uuid(String text) {
        try {
            UUID uuid = UUID.fromString(text);
            return uuid.toString().equalsIgnoreCase(text) ? uuid : null;
        } catch (IllegalArgumentException e) {
            return null; // Its message holds the text.
        }
    }

    /** Null also where Jackson fails: its messages hold the value. */
    private static @Nullable Object bound(Object value, Class<?> type) {
        try {
            return Binding.value(value, type);
        } catch (JacksonException | LossyException e) {
            return null;
        }
    }

    /** Whether there is a conversion at all, which other values than this may pass. */
    private static boolean isKnown(Object value, Class<?> type) {
        Class<?> wrapper = MethodType.methodType(type).wrap().returnType();
        // The text of a JSON number that no number here can hold.
        if (value instanceof Number || value instanceof RawValue) {
            return NUMBERS.contains(wrapper);
        } else if (value instanceof Interval) {
            return type == Duration.class || type == Period.class;
        } else if (value instanceof Inet) {
            return type == InetAddress.class;
        } else if (value instanceof List) {
            return type.isArray();
        } else if (value instanceof String) {
            return type.isEnum() || type == UUID.class || wrapper == Boolean.class || wrapper == Character.class;
        }
        return value instanceof JsonNode || value instanceof Map;
    }

    /** Without the value: messages end up in logs. */
    static final class LossyException extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;

        LossyException(Object value, Class<?> type) {
            super("Cannot convert %s to %s%s"
                    .formatted(
                            value.getClass().getName(),
                            type.getTypeName(),
                            isKnown(value, type) ? " without loss" : ": there is no such conversion"));
        }
    }
}
