package io.walex.reactive.snapshot;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.SnapshotTable;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.TupleData;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Rows of a chunk that are being delivered as a transaction of their own. */
final class OpenSlice implements AddedTransaction {

    /** A change that comes meanwhile waits for no more than this. */
    static final int ROWS = 500;

    private final HeldChunk chunk;
    private final TransactionSignal.Begin begin;
    private final LongSupplier ordinals;
    private int left;

    OpenSlice(HeldChunk chunk, TransactionSignal.Begin begin, LongSupplier ordinals) {
        this.chunk = chunk;
        this.begin = begin;
        this.ordinals = ordinals;
        this.left = rowsOf(chunk);
    }

    private static int rowsOf(HeldChunk chunk) {
        return Math.min(ROWS, chunk.remaining());
    }

    /** Whether nothing of the chunk is left behind its next slice. */
    static boolean isLast(HeldChunk chunk) {
        return rowsOf(chunk) == chunk.remaining();
    }

    @Override
    public TransactionSignal.Begin begin() {
        return begin;
    }

    /** What has changed since the chunk was read is left out, or comes as it is now. */
    @Override
    public @Nullable Event next() {
        TableRun run = chunk.run;
        SnapshotTable events = Objects.requireNonNull(run.events());
        while (left > 0) {
            left--;
            TupleData row = Objects.requireNonNull(chunk.cursor().next());
            TupleData current = run.current(chunk.gate, row);
            if (current != null) {
                run.rows++;
                run.bytes += current.size();
                return events.read(begin, ordinals.getAsLong(), current);
            }
        }
        return null;
    }
}
