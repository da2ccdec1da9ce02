package io.walex.reactive.delivery;

import io.walex.reactive.config.StreamListener;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Source;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.Acknowledgements;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What one subscriber was given. Written on the event loop, read from any thread: a reader sees each figure a little late,
 * and no writer waits for it.
 */
public final class DeliveryCounts {

    /** Of a large transaction the listener hears meanwhile. */
    private static final int LONGEST_RUN = 1000;

    private final int subscription;
    private final @Nullable StreamListener listener;
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong transactions = new AtomicLong();
    private final AtomicLong snapshotRows = new AtomicLong();
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicReference<@Nullable Instant> lastCommit = new AtomicReference<>();

    /** Of the transaction in hand. */
    private long inHand;

    private boolean slice;
    private long rows;
    private long acknowledged;

    /** What the listener has not been told of. */
    private long run;

    private @Nullable EventType runType;
    private @Nullable Source runSource;

    /**
     * Begins at nothing.
     *
     * @param subscription its number, for the listener
     * @param listener told on the event loop; null for nobody
     */
    public DeliveryCounts(int subscription, @Nullable StreamListener listener) {
        this.subscription = subscription;
        this.listener = listener;
    }

    void begin(TransactionSignal.Begin begin) {
        tellRun();
        inHand = 0;
        rows = 0;
        slice = begin.slice() != null;
    }

    /** The subscriber is given this event. */
    void event(Event event) {
        inHand++;
        events.setOpaque(events.getPlain() + 1);
        if (slice && event.type() == EventType.READ) {
            rows++;
        }
        if (listener != null) {
            addToRun(event);
        }
    }

    private void addToRun(Event event) {
        EventType type = event.type();
        Source source = event.source();
        if (type != runType || !source.equals(runSource) || run == LONGEST_RUN) {
            tellRun();
            runType = type;
            runSource = source;
        }
        run++;
    }

    private void tellRun() {
        if (listener != null && run > 0 && runType != null && runSource != null) {
            listener.onEvents(subscription, runType, runSource, run);
            run = 0;
        }
    }

    /** The transaction's end has come. */
    void end(TransactionSignal.End end) {
        tellRun();
        if (slice) {
            endSlice();
            return;
        }
        delivered.setOpaque(end.endLsn().value());
        if (inHand == 0) {
            return;
        }
        transactions.setOpaque(transactions.getPlain() + 1);
        Instant committedAt = end.begin().commitTimestamp();
        lastCommit.setRelease(committedAt);
        if (listener != null) {
            listener.onTransaction(subscription, inHand, committedAt);
        }
    }

    private void endSlice() {
        snapshotRows.setOpaque(snapshotRows.getPlain() + rows);
        if (listener != null && rows > 0) {
            listener.onSnapshotRows(subscription, rows);
        }
    }

    /** The subscriber's acknowledgements may have come on. */
    void acknowledged(Acknowledgements account) {
        if (listener == null) {
            return;
        }
        long now = account.acknowledged();
        if (now > acknowledged) {
            listener.onAcknowledged(subscription, now - acknowledged, account.flushed());
            acknowledged = now;
        }
    }

    /** Events of all kinds, those of snapshots among them. */
    public long events() {
        return events.getOpaque();
    }

    /** The server's transactions that were handed out whole. */
    public long transactions() {
        return transactions.getOpaque();
    }

    public long snapshotRows() {
        return snapshotRows.getOpaque();
    }

    /** The end of the last transaction that was handed out whole, or held nothing to hand out. */
    public Lsn delivered() {
        return Lsn.of(delivered.getOpaque());
    }

    /** When the last transaction that was handed out whole committed, by the server's clock; null before the first. */
    public @Nullable Instant lastCommit() {
        return lastCommit.getAcquire();
    }
}
