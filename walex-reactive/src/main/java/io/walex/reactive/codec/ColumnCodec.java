package io.walex.reactive.codec;

import java.util.function.Function;

/**
 * Turns one column's bytes into its Java value. Called when a user asks for the column, on the thread that asks.
 *
 * <p>The array belongs to the row: read {@code length} bytes from {@code offset}, keep nothing, change nothing. SQL
 * NULL never comes here. Throw {@link IllegalArgumentException} for bytes that are not a value of the type.
 *
 * <p>Values must be immutable and have {@code equals} by value. The same bytes must give an equal value at any time,
 * since a value that was decoded before may be used again.
 */
public interface ColumnCodec {

    /** Decodes PostgreSQL's text form, in UTF-8. */
    Object fromText(byte[] bytes, int offset, int length);

    /** Decodes PostgreSQL's binary ("send") form. */
    Object fromBinary(byte[] bytes, int offset, int length);

    /** This codec, with its value passed through the function, whichever form it came in. */
    default ColumnCodec map(Function<Object, ?> function) {
        return new FormsCodec(
                (bytes, offset, length) -> function.apply(fromText(bytes, offset, length)),
                (bytes, offset, length) -> function.apply(fromBinary(bytes, offset, length)));
    }
}
