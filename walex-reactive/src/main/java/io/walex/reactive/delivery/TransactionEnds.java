package io.walex.reactive.delivery;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.replication.Acknowledgements;
import org.jspecify.annotations.Nullable;

/** Acknowledges transactions as their ends are passed. */
final class TransactionEnds {

    private final Acknowledgements acknowledgements;
    private Acknowledgements.@Nullable Ticket current;

    TransactionEnds(Acknowledgements acknowledgements) {
        this.acknowledgements = acknowledgements;
    }

    /** Demand has gone past what was before this signal; returns it when it is an event, else null. */
    @Nullable
    Event passed(TransactionSignal signal) {
        if (signal instanceof Event event) {
            return event;
        }
        if (signal instanceof TransactionSignal.Begin) {
            current = acknowledgements.begin();
        } else if (signal instanceof TransactionSignal.End end && current != null) {
            current.endAcknowledged(end.endLsn());
            current = null;
        }
        return null;
    }
}
