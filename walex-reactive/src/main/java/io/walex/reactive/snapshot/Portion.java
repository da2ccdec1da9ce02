package io.walex.reactive.snapshot;

import java.util.List;

/** The rows that a chunk is asked for, and what becomes of them. Confined to the subscription's event loop. */
interface Portion {

    ChunkQuery query(String where, long limitBytes);

    /** Whether the rows are of one heap's pages, which a rewrite moves. */
    default boolean isOfPages() {
        return false;
    }

    /** It is to be read again. */
    void again();

    /** It is to be read again, in smaller parts if there are any. */
    void againInParts();

    /** The last of the rows are being delivered. */
    void delivering(RowBuffer rows);

    /** All of the rows were delivered. */
    default void delivered(HeldChunk chunk) {}

    /** What was delivered is done with. */
    void acknowledged();

    /** A range of a heap's pages. */
    record Pages(SourceRun source, TidRange range) implements Portion {

        @Override
        public ChunkQuery query(String where, long limitBytes) {
            return ChunkQuery.range(range, where, range.isSingle() ? Long.MAX_VALUE : limitBytes);
        }

        @Override
        public boolean isOfPages() {
            return true;
        }

        @Override
        public void again() {
            source.giveBack(range, List.of(range));
        }

        @Override
        public void againInParts() {
            source.giveBack(range, range.isSingle() ? List.of(range) : range.halves());
        }

        @Override
        public void delivering(RowBuffer rows) {
            source.delivered(range);
        }

        @Override
        public void acknowledged() {
            source.acknowledged(range);
        }
    }

    /** Rows that have to be read again for columns that were left out. */
    record Repairs(TableRun run, List<RowKey> keys) implements Portion {

        @Override
        public ChunkQuery query(String where, long limitBytes) {
            return ChunkQuery.keys(keys, where, keys.size() == 1 ? Long.MAX_VALUE : limitBytes);
        }

        @Override
        public void again() {
            run.repairAgain(keys.size());
        }

        @Override
        public void againInParts() {
            run.repairAgain(Math.max(1, keys.size() / 2));
        }

        @Override
        public void delivering(RowBuffer rows) {
            run.repairing(keys);
        }

        @Override
        public void delivered(HeldChunk chunk) {
            run.repaired(chunk, keys);
        }

        @Override
        public void acknowledged() {
            run.repairsAcknowledged(keys);
        }
    }
}
