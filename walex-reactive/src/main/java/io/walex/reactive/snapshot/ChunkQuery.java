package io.walex.reactive.snapshot;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a table are read at once.
 *
 * @param range by their tuple ids; null where they are named by keys
 * @param keys by their keys, where there is no range; empty for a cursor
 * @param after a cursor: those behind this key, in the key's order; null for its first rows
 * @param rows a cursor: how many at most; 0 where it is none
 * @param where a condition besides, as SQL; empty for none
 * @param limitBytes what may come at most, lest it is an {@link OversizedChunk}
 */
record ChunkQuery(
        @Nullable TidRange range,
        List<RowKey> keys,
        @Nullable RowKey after,
        int rows,
        String where,
        long limitBytes) {

    ChunkQuery {
        keys = List.copyOf(keys);
    }

    ChunkQuery(@Nullable TidRange range, List<RowKey> keys, String where, long limitBytes) {
        this(range, keys, null, 0, where, limitBytes);
    }

    /** Whether there is no smaller part of it, so that it takes what it takes. */
    boolean isSmallest() {
        return limitBytes == Long.MAX_VALUE;
    }

    static ChunkQuery range(TidRange range, String where, long limitBytes) {
        return new ChunkQuery(range, List.of(), where, limitBytes);
    }

    static ChunkQuery keys(List<RowKey> keys, String where, long limitBytes) {
        return new ChunkQuery(null, keys, where, limitBytes);
    }

    static ChunkQuery cursor(@Nullable RowKey after, int rows, String where, long limitBytes) {
        return new ChunkQuery(null, List.of(), after, rows, where, limitBytes);
    }
}
