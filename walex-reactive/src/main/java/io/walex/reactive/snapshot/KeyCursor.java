package io.walex.reactive.snapshot;

import io.walex.reactive.pgoutput.TupleData;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The place in the order of its keys to which a table without pages was read: one chunk behind the other, since each begins
 * where the one before ends. Rows cannot move in that order without an event. Confined to the subscription's event loop.
 */
final class KeyCursor {

    private static final int MOST_ROWS = 5000;

    private final Function<TupleData, RowKey> key;
    private int rows = MOST_ROWS;
    private @Nullable RowKey delivered;
    private @Nullable RowKey acknowledged;
    private boolean claimed;
    private boolean ended;
    private boolean endAcknowledged;

    /** Goes on behind a key; null for the first row. */
    KeyCursor(Function<TupleData, RowKey> key, @Nullable RowKey after) {
        this.key = key;
        delivered = after;
        acknowledged = after;
    }

    /** The next chunk; null when it cannot be read now. */
    @Nullable
    Portion claim() {
        if (claimed || ended) {
            return null;
        }
        claimed = true;
        return new Next(rows);
    }

    boolean isEnded() {
        return ended;
    }

    /** The key to go on behind; null where no row is done with. */
    @Nullable
    RowKey place(boolean ofAcknowledged) {
        return ofAcknowledged ? acknowledged : delivered;
    }

    boolean isEnded(boolean ofAcknowledged) {
        return ofAcknowledged ? endAcknowledged : ended;
    }

    /** As many rows as follow. */
    private final class Next implements Portion {

        private final int count;
        private @Nullable RowKey last;
        private boolean isEnd;

        Next(int count) {
            this.count = count;
        }

        @Override
        public ChunkQuery query(String where, long limitBytes) {
            return ChunkQuery.cursor(delivered, count, where, count == 1 ? Long.MAX_VALUE : limitBytes);
        }

        @Override
        public void again() {
            claimed = false;
        }

        @Override
        public void againInParts() {
            rows = Math.max(1, count / 2);
            claimed = false;
        }

        @Override
        public void delivering(RowBuffer read) {
            RowBuffer.Cursor each = read.cursor();
            for (TupleData row = each.next(); row != null; row = each.next()) {
                last = each.row() == read.rows() ? key.apply(row) : null;
            }
            isEnd = read.rows() < count;
            delivered = last == null ? delivered : last;
            ended = isEnd;
            claimed = false;
            rows = Math.min(MOST_ROWS, 2 * rows);
        }

        @Override
        public void acknowledged() {
            acknowledged = last == null ? acknowledged : last;
            endAcknowledged |= isEnd;
        }
    }
}
