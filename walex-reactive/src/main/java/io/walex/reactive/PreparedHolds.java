package io.walex.reactive;

import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.replication.Acknowledgements;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps the slot from advancing past prepared transactions that wait for their outcome here. */
final class PreparedHolds {

    private final Acknowledgements acknowledgements;
    private final Map<String, Acknowledgements.Ticket> byGid = new HashMap<>();

    PreparedHolds(Acknowledgements acknowledgements) {
        this.acknowledgements = acknowledgements;
    }

    /** Takes holds and releases out of the signals; returns all others. */
    @Nullable
    TransactionSignal take(TransactionSignal signal) {
        if (signal instanceof TransactionSignal.Hold hold) {
            byGid.compute(
                    hold.gid(), (gid, held) -> held == null || held.isForgotten() ? acknowledgements.hold() : held);
            return null;
        }
        if (signal instanceof TransactionSignal.Release release) {
            Acknowledgements.Ticket ticket = byGid.remove(release.gid());
            if (ticket != null) {
                ticket.release();
            }
            return null;
        }
        return signal;
    }
}
