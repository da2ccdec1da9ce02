package io.walex.reactive.delivery;

import io.walex.reactive.event.BetweenTransactions;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.replication.Acknowledgements;
import org.jspecify.annotations.Nullable;

/** Acknowledges transactions as their ends are passed. */
final class TransactionEnds {

    private final Acknowledgements acknowledgements;
    private final BetweenTransactions added;
    private Acknowledgements.@Nullable Ticket current;

    TransactionEnds(Acknowledgements acknowledgements, BetweenTransactions added) {
        this.acknowledgements = acknowledgements;
        this.added = added;
    }

    /** Registers what begins; who added it is told when it is acknowledged. */
    static Acknowledgements.Ticket ticket(
            TransactionSignal.Begin begin, Acknowledgements acknowledgements, BetweenTransactions added) {
        SnapshotSlice slice = begin.slice();
        return acknowledgements.begin(slice == null ? null : () -> added.acknowledged(slice));
    }

    /** Demand has gone past what was before this signal; returns it when it is an event, else null. */
    @Nullable
    Event passed(TransactionSignal signal) {
        if (signal instanceof Event event) {
            return event;
        }
        if (signal instanceof TransactionSignal.Begin begin) {
            current = ticket(begin, acknowledgements, added);
        } else if (signal instanceof TransactionSignal.End end && current != null) {
            current.endAcknowledged(end.endLsn());
            current = null;
        }
        return null;
    }
}
