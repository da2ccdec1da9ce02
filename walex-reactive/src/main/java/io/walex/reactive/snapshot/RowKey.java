package io.walex.reactive.snapshot;

import io.walex.reactive.pgoutput.TupleData;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The columns by which rows of a table are told apart, as they came; equal by content. For PostgreSQL, too, a key whose bytes
 * differ has changed, even if its values are equal.
 */
final class RowKey {

    private final byte[] bytes;
    private final int hash;

    private RowKey(byte[] bytes) {
        this.bytes = bytes;
        hash = Arrays.hashCode(bytes);
    }

    /**
     * Returns the key of a row.
     *
     * @param columns where the key's columns stand in it
     * @throws IllegalArgumentException when the row leaves out one of them because it is unchanged
     */
    static RowKey of(TupleData tuple, int[] columns) {
        ByteBuffer key = ByteBuffer.allocate(size(tuple, columns));
        for (int column : columns) {
            key.put(tuple.kind(column));
            if (tuple.kind(column) != TupleData.NULL) {
                key.putInt(tuple.length(column));
                key.put(tuple.bytes(), tuple.offset(column), tuple.length(column));
            }
        }
        return new RowKey(key.array());
    }

    private static int size(TupleData tuple, int[] columns) {
        int size = 0;
        for (int column : columns) {
            if (tuple.kind(column) == TupleData.UNCHANGED) {
                throw new IllegalArgumentException(
                        "Column %d of a key was left out of its row: take it from the old row".formatted(column + 1));
            }
            size += 1 + (tuple.kind(column) == TupleData.NULL ? 0 : Integer.BYTES + tuple.length(column));
        }
        return size;
    }

    /** A key of these {@link #bytes()}. */
    static RowKey ofBytes(byte[] bytes) {
        return new RowKey(bytes.clone());
    }

    /**
     * Per column its kind, as {@link TupleData} names it, and unless it is NULL, its value's length in four bytes and the value.
     * Not copied: do not modify.
     */
    byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowKey key && hash == key.hash && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
