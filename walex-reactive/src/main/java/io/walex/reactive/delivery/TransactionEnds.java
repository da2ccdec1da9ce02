package io.walex.reactive.delivery;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.replication.Acknowledgements;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Acknowledges transactions as their ends are passed. */
final class TransactionEnds {

    private final Acknowledgements acknowledgements;
    private final Consumer<SnapshotSlice> onSliceAcknowledged;
    private Acknowledgements.@Nullable Ticket current;

    /**
     * Sets this up.
     *
     * @param onSliceAcknowledged told of slices of snapshots that are acknowledged, with all before them
     */
    TransactionEnds(Acknowledgements acknowledgements, Consumer<SnapshotSlice> onSliceAcknowledged) {
        this.acknowledgements = acknowledgements;
        this.onSliceAcknowledged = onSliceAcknowledged;
    }

    /** Registers what begins. */
    static Acknowledgements.Ticket ticket(
            TransactionSignal.Begin begin,
            Acknowledgements acknowledgements,
            Consumer<SnapshotSlice> onSliceAcknowledged) {
        SnapshotSlice slice = begin.slice();
        return acknowledgements.begin(slice == null ? null : () -> onSliceAcknowledged.accept(slice));
    }

    /** Demand has gone past what was before this signal; returns it when it is an event, else null. */
    @Nullable
    Event passed(TransactionSignal signal) {
        if (signal instanceof Event event) {
            return event;
        }
        if (signal instanceof TransactionSignal.Begin begin) {
            current = ticket(begin, acknowledgements, onSliceAcknowledged);
        } else if (signal instanceof TransactionSignal.End end && current != null) {
            current.endAcknowledged(end.endLsn());
            current = null;
        }
        return null;
    }
}
