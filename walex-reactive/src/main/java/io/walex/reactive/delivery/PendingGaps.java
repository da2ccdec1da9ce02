package io.walex.reactive.delivery;

import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.TransactionSignal.Begin;
import io.walex.reactive.pgoutput.Lsn;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Gaps in the replication stream that downstream of a middleware is still to be told of: in their place, which is before
 * the first transaction, or slice of a snapshot, that was received after them. Confined to the event loop.
 */
final class PendingGaps {

    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private Lsn lastReceived = Lsn.INVALID;

    private static final class Pending {

        private final Runnable report;

        /** The first slice, if it came before any transaction. Slices have no LSNs of their own. */
        private @Nullable SnapshotSlice slice;

        /** The first transaction. */
        private @Nullable Begin next;

        /** Whether the LSNs went on behind the gap; on another timeline they may have gone back. */
        private boolean ascending;

        Pending(Runnable report) {
            this.report = report;
        }

        void received(Begin begin, Lsn lastReceived) {
            if (next != null) {
                return;
            }
            if (begin.slice() == null) {
                next = begin;
                ascending = begin.commitLsn().isAfter(lastReceived);
            } else if (slice == null) {
                slice = begin.slice();
            }
        }

        boolean isBefore(Begin begin) {
            if (begin.slice() != null) {
                return begin.slice().equals(slice);
            }
            return next != null
                    && (begin.equals(next) || ascending && begin.commitLsn().isAfter(next.commitLsn()));
        }
    }

    /** What was received until now comes before the gap. */
    void add(Runnable report) {
        pending.addLast(new Pending(report));
    }

    void received(Begin begin) {
        pending.forEach(gap -> gap.received(begin, lastReceived));
        lastReceived = begin.slice() == null ? begin.commitLsn() : lastReceived;
    }

    /** Tells of the gaps before this transaction, which is about to be delivered. */
    void delivering(Begin begin) {
        for (Pending gap = pending.peekFirst(); gap != null && gap.isBefore(begin); gap = pending.peekFirst()) {
            pending.removeFirst();
            gap.report.run();
        }
    }
}
