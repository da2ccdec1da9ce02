package io.walex.reactive.snapshot;

import io.walex.reactive.pgoutput.TupleData;
import java.nio.ByteBuffer;
import java.util.Arrays;

final class RowKey {

    private final byte[] bytes;

    private RowKey(byte[] bytes) {
        this.bytes = bytes;
    }

    static RowKey of(TupleData tuple, int[] columns) {
        int size = 0;
        for (int column : columns) {
            size += 1 + (tuple.kind(column) == TupleData.NULL ? 0 : 4 + tuple.length(column));
        }
        ByteBuffer key = ByteBuffer.allocate(size);
        for (int column : columns) {
            key.put(tuple.kind(column));
            if (tuple.kind(column) != TupleData.NULL) {
                key.putInt(tuple.length(column));
                key.put(tuple.bytes(), tuple.offset(column), tuple.length(column));
            }
        }
        return new RowKey(key.array());
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
