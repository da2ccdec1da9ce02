package io.walex.reactive.pgoutput;

/**
 * A row's columns as they came, in one copy of the wire's bytes. A column is located when it is asked for, never
 * decoded here.
 *
 * <p>Immutable; safe to share between threads.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html">TupleData</a>
 */
public final class TupleData {

    /** {@link #kind}: SQL NULL. */
    public static final byte NULL = 'n';
    /** {@link #kind}: an unchanged TOASTed value that the server did not send. */
    public static final byte UNCHANGED = 'u';
    /** {@link #kind}: the type's text form. */
    public static final byte TEXT = 't';
    /** {@link #kind}: the type's binary form. */
    public static final byte BINARY = 'b';

    private static final int LENGTH_SIZE = 4;

    /** The columns from the first kind byte on, checked when this was read. */
    private final byte[] bytes;

    private final int columnCount;

    /** Where each column's kind byte stands; made on first use. A benign race: every thread computes the same. */
    private int @org.jspecify.annotations.Nullable [] positions;

    /** The bytes must hold exactly the columns: {@link PgOutputDecoder} has checked that. */
    TupleData(byte[] bytes, int columnCount) {
        this.bytes = bytes;
        this.columnCount = columnCount;
    }

    public int columnCount() {
        return columnCount;
    }

    /** One of {@link #NULL}, {@link #UNCHANGED}, {@link #TEXT}, {@link #BINARY}. */
    public byte kind(int column) {
        return bytes[position(column)];
    }

    /** Where the value starts in {@link #bytes()}; meaningful for {@link #TEXT} and {@link #BINARY} only. */
    public int offset(int column) {
        return position(column) + 1 + LENGTH_SIZE;
    }

    /** The value's length in bytes; meaningful for {@link #TEXT} and {@link #BINARY} only. */
    public int length(int column) {
        return length(bytes, position(column));
    }

    /** The bytes behind all columns, not copied: do not modify. */
    public byte[] bytes() {
        return bytes;
    }

    private int position(int column) {
        int[] known = positions;
        if (known == null) {
            known = locate();
            positions = known;
        }
        return known[column];
    }

    private int[] locate() {
        int[] located = new int[columnCount];
        int at = 0;
        for (int i = 0; i < columnCount; i++) {
            located[i] = at;
            byte kind = bytes[at];
            at += kind == NULL || kind == UNCHANGED ? 1 : 1 + LENGTH_SIZE + length(bytes, at);
        }
        return located;
    }

    private static int length(byte[] bytes, int position) {
        return (bytes[position + 1] & 0xFF) << 24
                | (bytes[position + 2] & 0xFF) << 16
                | (bytes[position + 3] & 0xFF) << 8
                | bytes[position + 4] & 0xFF;
    }
}
