package io.walex.reactive.delivery;

import io.walex.reactive.event.TransactionSignal.Begin;
import io.walex.reactive.pgoutput.Lsn;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Gaps in the replication stream that downstream of a middleware is still to be told of: in their place, which is before
 * the first transaction that was received after them. Confined to the event loop.
 */
final class PendingGaps {

    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private Lsn lastReceived = Lsn.INVALID;

    private static final class Pending {

        private final Runnable report;
        private @Nullable Begin next;

        /** Whether the LSNs went on behind the gap; on another timeline they may have gone back. */
        private boolean ascending;

        Pending(Runnable report) {
            this.report = report;
        }

        boolean isBefore(Begin begin) {
            return next != null
                    && (begin.equals(next) || ascending && begin.commitLsn().isAfter(next.commitLsn()));
        }
    }

    /** What was received until now comes before the gap. */
    void add(Runnable report) {
        pending.addLast(new Pending(report));
    }

    void received(Begin begin) {
        for (Pending gap : pending) {
            if (gap.next == null) {
                gap.next = begin;
                gap.ascending = begin.commitLsn().isAfter(lastReceived);
            }
        }
        lastReceived = begin.commitLsn();
    }

    /** Tells of the gaps before this transaction, which is about to be delivered. */
    void delivering(Begin begin) {
        for (Pending gap = pending.peekFirst(); gap != null && gap.isBefore(begin); gap = pending.peekFirst()) {
            pending.removeFirst();
            gap.report.run();
        }
    }
}
