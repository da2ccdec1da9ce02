package io.walex.reactive.codec;

/**
 * Turns one column's bytes into its Java value. Called when a user asks for the column, on the thread that asks.
 *
 * <p>The array belongs to the row: read {@code length} bytes from {@code offset}, keep nothing, change nothing. SQL NULL
 * never comes here. Throw {@link IllegalArgumentException} for bytes that are not a value of the type.
 */
public interface ColumnCodec {

    /** Decodes PostgreSQL's text form, in UTF-8. */
    Object fromText(byte[] bytes, int offset, int length);

    /** Decodes PostgreSQL's binary ("send") form. */
    Object fromBinary(byte[] bytes, int offset, int length);
}
