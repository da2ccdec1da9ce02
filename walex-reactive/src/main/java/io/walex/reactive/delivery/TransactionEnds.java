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
    private final DeliveryCounts counts;
    private Acknowledgements.@Nullable Ticket current;

    /**
     * Sets this up.
     *
     * @param onSliceAcknowledged told of slices of snapshots that are acknowledged, with all before them
     * @param counts of what passes
     */
    TransactionEnds(
            Acknowledgements acknowledgements, Consumer<SnapshotSlice> onSliceAcknowledged, DeliveryCounts counts) {
        this.acknowledgements = acknowledgements;
        this.onSliceAcknowledged = onSliceAcknowledged;
        this.counts = counts;
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
            if (current != null) {
                current.count();
            }
            counts.event(event);
            return event;
        }
        if (signal instanceof TransactionSignal.Begin begin) {
            counts.begin(begin);
            current = ticket(begin, acknowledgements, onSliceAcknowledged);
        } else if (signal instanceof TransactionSignal.End end && current != null) {
            counts.end(end);
            current.endAcknowledged(end.endLsn());
            current = null;
        }
        return null;
    }
}
