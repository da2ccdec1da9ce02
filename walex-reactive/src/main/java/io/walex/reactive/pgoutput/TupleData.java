package io.walex.reactive.pgoutput;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A row's columns as they came, in one copy of the wire's bytes, which the old and the new tuple of an update share. A
 * column is never decoded here.
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

    private static final int COUNT_SIZE = Short.BYTES;
    private static final int LENGTH_SIZE = Integer.BYTES;

    private static final VarHandle INT16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;

    /** Where the column count stands; it is read from there to keep rows small. */
    private final int start;

    /** Where in the same array the columns' places stand, behind all tuples. */
    private final int index;

    private TupleData(byte[] bytes, int start, int index) {
        this.bytes = bytes;
        this.start = start;
        this.index = index;
    }

    /**
     * Copies what remains of a message that ends with tuples of so many columns, with room for the places of them all.
     *
     * @param tuples how many
     */
    static byte[] copy(ByteBuf message, int tuples) {
        int length = message.readableBytes();
        int columns = length < COUNT_SIZE ? 0 : message.getShort(message.readerIndex());
        // One byte per column is the least; with less, reading will find what is missing.
        int places = columns > 0 && columns <= length ? tuples * columns : 0;
        byte[] bytes =
                new byte[length + places * (isWide(length + places * Short.BYTES) ? Integer.BYTES : Short.BYTES)];
        message.getBytes(message.readerIndex(), bytes, 0, length);
        return bytes;
    }

    /**
     * Walks over the tuple once, noting the columns' places, so that no later access can fail or has to search.
     *
     * @param bytes of {@link #copy}
     * @param start where the tuple starts
     * @param limit where the message ends
     * @param behind how many tuples follow
     */
    static TupleData read(byte[] bytes, int start, int limit, int behind) {
        int count = count(bytes, start, limit);
        boolean wide = isWide(bytes.length);
        int index = bytes.length - (behind + 1) * count * (wide ? Integer.BYTES : Short.BYTES);
        if (index < limit) {
            throw new MalformedMessage("%d columns".formatted(count), start);
        }
        int at = start + COUNT_SIZE;
        for (int i = 0; i < count; i++) {
            if (at >= limit) {
                throw new MalformedMessage("column %d of %d is missing".formatted(i + 1, count), at);
            }
            if (wide) {
                INT32.set(bytes, index + i * Integer.BYTES, at);
            } else {
                INT16.set(bytes, index + i * Short.BYTES, (short) at);
            }
            byte kind = bytes[at++];
            if (kind == TEXT || kind == BINARY) {
                at = valueEnd(bytes, at, limit, i);
            } else if (kind != NULL && kind != UNCHANGED) {
                throw new MalformedMessage("unknown kind 0x%02X of column %d".formatted(kind & 0xFF, i + 1), at);
            }
        }
        return new TupleData(bytes, start, index);
    }

    /**
     * Takes the values of a DataRow, as the answer to a query has them, for those of a tuple of a stream.
     *
     * @param from holds the row, after its length; it is copied
     * @param start where the row starts
     * @param limit where it ends
     * @param binary which columns came in binary form
     * @see <a href="https://www.postgresql.org/docs/current/protocol-message-formats.html">DataRow</a>
     */
    public static TupleData ofDataRow(byte[] from, int start, int limit, boolean[] binary) {
        int count = count(from, start, limit);
        if (count != binary.length) {
            throw new MalformedMessage("%d columns, not %d".formatted(count, binary.length), start);
        }
        // What a kind's byte adds to a value is the least that a NULL saves.
        int length = limit - start + count;
        boolean wide = isWide(length + count * Short.BYTES);
        byte[] bytes = new byte[length + count * (wide ? Integer.BYTES : Short.BYTES)];
        INT16.set(bytes, 0, (short) count);
        int source = start + COUNT_SIZE;
        int at = COUNT_SIZE;
        for (int i = 0; i < count; i++) {
            if (wide) {
                INT32.set(bytes, length + i * Integer.BYTES, at);
            } else {
                INT16.set(bytes, length + i * Short.BYTES, (short) at);
            }
            if (limit - source >= LENGTH_SIZE && int32(from, source) == -1) {
                bytes[at++] = NULL;
                source += LENGTH_SIZE;
                continue;
            }
            bytes[at++] = binary[i] ? BINARY : TEXT;
            int end = valueEnd(from, source, limit, i);
            System.arraycopy(from, source, bytes, at, end - source);
            at += end - source;
            source = end;
        }
        return new TupleData(bytes, 0, length);
    }

    /** Whether a column was not sent because it did not change. */
    public boolean hasUnchanged() {
        int count = columnCount();
        for (int i = 0; i < count; i++) {
            if (kind(i) == UNCHANGED) {
                return true;
            }
        }
        return false;
    }

    /**
     * The row with those columns that did not change taken from an older one. If that has another number of columns, it shows
     * a later change of the table than this, and is the result.
     */
    public TupleData filledFrom(TupleData older) {
        int count = columnCount();
        if (older.columnCount() != count) {
            return older;
        }
        int length = COUNT_SIZE;
        for (int i = 0; i < count; i++) {
            length += (kind(i) == UNCHANGED ? older : this).columnSize(i);
        }
        boolean wide = isWide(length + count * Short.BYTES);
        byte[] filled = new byte[length + count * (wide ? Integer.BYTES : Short.BYTES)];
        INT16.set(filled, 0, (short) count);
        int at = COUNT_SIZE;
        for (int i = 0; i < count; i++) {
            if (wide) {
                INT32.set(filled, length + i * Integer.BYTES, at);
            } else {
                INT16.set(filled, length + i * Short.BYTES, (short) at);
            }
            TupleData from = kind(i) == UNCHANGED ? older : this;
            int size = from.columnSize(i);
            System.arraycopy(from.bytes, from.position(i), filled, at, size);
            at += size;
        }
        return new TupleData(filled, 0, length);
    }

    /** With its kind, and its length if it has one. */
    private int columnSize(int column) {
        byte kind = kind(column);
        return 1 + (kind == NULL || kind == UNCHANGED ? 0 : LENGTH_SIZE + length(column));
    }

    /** In bytes, in the form in which it came. */
    public int size() {
        return end() - start;
    }

    private static boolean isWide(int length) {
        return length > 1 << Short.SIZE;
    }

    private static int count(byte[] bytes, int start, int limit) {
        if (limit - start < COUNT_SIZE) {
            throw new MalformedMessage("no column count", start);
        }
        int count = int16(bytes, start);
        if (count < 0 || count > limit - start) {
            throw new MalformedMessage("%d columns".formatted(count), start);
        }
        return count;
    }

    private static int valueEnd(byte[] bytes, int at, int limit, int column) {
        int remaining = limit - at - LENGTH_SIZE;
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

    /** Where the tuple ends. */
    int end() {
        int count = columnCount();
        if (count == 0) {
            return start + COUNT_SIZE;
        }
        int last = position(count - 1);
        byte kind = bytes[last];
        return last + 1 + (kind == NULL || kind == UNCHANGED ? 0 : LENGTH_SIZE + int32(bytes, last + 1));
    }

    /** Writes the tuple in the form in which it came. */
    public void writeTo(ByteBuf target) {
        target.writeBytes(bytes, start, end() - start);
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
        return isWide(bytes.length)
                ? int32(bytes, index + column * Integer.BYTES)
                : int16(bytes, index + column * Short.BYTES) & 0xFFFF;
    }

    private static int int16(byte[] bytes, int at) {
        return (short) INT16.get(bytes, at);
    }

    private static int int32(byte[] bytes, int at) {
        return (int) INT32.get(bytes, at);
    }
}
