package io.walex.reactive.delivery;

import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.Acknowledgements;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the slot from advancing past prepared transactions that wait here for their outcome, and, once it has come, for
 * their acknowledgement: the server sends their changes with the prepare, and never again when that is confirmed.
 */
final class PreparedHolds {

    private final Acknowledgements acknowledgements;

    /** Outlives connections: what is sent again is held already. */
    private final Map<Prepared, Acknowledgements.Ticket> held = new HashMap<>();

    /** The transaction that a gid stands for at this place in the stream. */
    private final Map<String, Prepared> byGid = new HashMap<>();

    PreparedHolds(Acknowledgements acknowledgements) {
        this.acknowledgements = acknowledgements;
    }

    private record Prepared(String gid, Lsn prepareLsn) {}

    /** Takes holds and releases out of the signals; returns all others. */
    @Nullable
    TransactionSignal take(TransactionSignal signal) {
        if (signal instanceof TransactionSignal.Hold hold) {
            hold(new Prepared(hold.gid(), hold.prepareLsn()));
            return null;
        }
        if (signal instanceof TransactionSignal.Release release) {
            release(byGid.remove(release.gid()));
            return null;
        }
        if (signal instanceof TransactionSignal.Begin begin && begin.gid() != null) {
            begin(byGid.get(begin.gid()));
        }
        return signal;
    }

    private void hold(Prepared transaction) {
        held.values().removeIf(ticket -> ticket.isConfirmed() || ticket.isForgotten());
        held.computeIfAbsent(transaction, prepared -> acknowledgements.hold());
        byGid.put(transaction.gid, transaction);
    }

    /** The slot has gone on: of what was prepared before, the outcome came to another consumer. */
    void releaseBefore(Lsn confirmed) {
        held.entrySet().removeIf(each -> {
            boolean gone = confirmed.isAfter(each.getKey().prepareLsn);
            if (gone && !each.getValue().isHandedOver()) {
                each.getValue().release();
            }
            return gone;
        });
    }

    private void begin(@Nullable Prepared transaction) {
        Acknowledgements.Ticket ticket = transaction == null ? null : held.get(transaction);
        if (ticket != null) {
            ticket.releaseWithNext();
        }
    }

    private void release(@Nullable Prepared transaction) {
        Acknowledgements.Ticket ticket = transaction == null ? null : held.get(transaction);
        if (ticket != null && !ticket.isHandedOver()) {
            held.remove(transaction);
            ticket.release();
        }
    }
}
