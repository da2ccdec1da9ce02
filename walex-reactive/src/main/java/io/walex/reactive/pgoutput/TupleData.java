package io.walex.reactive.pgoutput;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A row's columns as they came, in one copy of the wire's bytes, which the old and the new tuple of an update share. A
 * column is located when it is asked for, never decoded here.
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

    private static final int COUNT_SIZE = 2;
    private static final int LENGTH_SIZE = 4;

    private final byte[] bytes;

    /** Where the column count stands; it is read from there to keep rows small. */
    private final int start;

    /** Where each column's kind byte stands; made on first use. Volatile so that no thread sees the array unfilled. */
    private volatile int @Nullable [] positions;

    /** {@link #end} must have accepted the tuple. */
    TupleData(byte[] bytes, int start) {
        this.bytes = bytes;
        this.start = start;
    }

    /**
     * Walks over the tuple once, so that no later access can fail.
     *
     * @return where it ends
     */
    static int end(byte[] bytes, int start) {
        int count = count(bytes, start);
        int at = start + COUNT_SIZE;
        for (int i = 0; i < count; i++) {
            if (at >= bytes.length) {
                throw new MalformedMessage("column %d of %d is missing".formatted(i + 1, count), at);
            }
            byte kind = bytes[at++];
            if (kind == TEXT || kind == BINARY) {
                at = valueEnd(bytes, at, i);
            } else if (kind != NULL && kind != UNCHANGED) {
                throw new MalformedMessage("unknown kind 0x%02X of column %d".formatted(kind & 0xFF, i + 1), at);
            }
        }
        return at;
    }

    private static int count(byte[] bytes, int start) {
        if (bytes.length - start < COUNT_SIZE) {
            throw new MalformedMessage("no column count", start);
        }
        int count = int16(bytes, start);
        if (count < 0) {
            throw new MalformedMessage("%d columns".formatted(count), start);
        }
        return count;
    }

    private static int valueEnd(byte[] bytes, int at, int column) {
        int remaining = bytes.length - at - LENGTH_SIZE;
        if (remaining < 0) {
            throw new MalformedMessage("column %d has no length".formatted(column + 1), at);
        }
        int length = int32(bytes, at);
        if (length < 0 || length > remaining) {
            throw new MalformedMessage(
                    "column %d has length %d, %d bytes remain".formatted(column + 1, length, remaining), at);
        }
        return at + LENGTH_SIZE + length;
    }

    /** Writes the tuple in the form in which it came. */
    public void writeTo(ByteBuf target) {
        target.writeBytes(bytes, start, end(bytes, start) - start);
    }

    public int columnCount() {
        return int16(bytes, start);
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
        return int32(bytes, position(column) + 1);
    }

    /** The bytes that {@link #offset} counts in, not copied: do not modify. */
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
        int[] located = new int[columnCount()];
        int at = start + COUNT_SIZE;
        for (int i = 0; i < located.length; i++) {
            located[i] = at;
            byte kind = bytes[at++];
            at += kind == NULL || kind == UNCHANGED ? 0 : LENGTH_SIZE + int32(bytes, at);
        }
        return located;
    }

    private static int int16(byte[] bytes, int at) {
        return (short) ((bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF);
    }

    private static int int32(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 24
                | (bytes[at + 1] & 0xFF) << 16
                | (bytes[at + 2] & 0xFF) << 8
                | bytes[at + 3] & 0xFF;
    }
}
