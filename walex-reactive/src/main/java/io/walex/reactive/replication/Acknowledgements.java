package io.walex.reactive.replication;

import io.walex.reactive.pgoutput.Lsn;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one subscription may confirm to its slot: the end of the longest run of acknowledged transactions from the
 * first. It outlives connections.
 *
 * <p>Confined to the subscription's event loop, but for {@link Ticket#acknowledge()} and {@link #flushed()}. Finding the
 * prefix costs O(1) amortised: every ticket enters and leaves the queue once.
 */
public final class Acknowledgements {

    private final Executor eventLoop;
    private final Runnable onProgress;
    private final ArrayDeque<Ticket> outstanding = new ArrayDeque<>();
    private final AtomicBoolean advanceScheduled = new AtomicBoolean();
    private volatile long flushed;
    private long delivered;

    /** Holds with nothing but holds before them. What was confirmed between them waits there. */
    private final ArrayDeque<Ticket> holding = new ArrayDeque<>();

    private int holdsOutstanding;

    /**
     * Tracks a subscription.
     *
     * @param eventLoop where the subscription lives
     * @param onProgress called there after the number of outstanding transactions fell
     */
    public Acknowledgements(Executor eventLoop, Runnable onProgress) {
        this.eventLoop = eventLoop;
        this.onProgress = onProgress;
    }

    /** The LSN that the slot may forget everything before; {@link Lsn#INVALID} as long as nothing is acknowledged. */
    public Lsn flushed() {
        return Lsn.of(flushed);
    }

    /** How many transactions were begun and are not yet confirmed, or would be but for a hold; holds do not count. */
    public int outstanding() {
        return outstanding.size() - holdsOutstanding;
    }

    /** Registers the transaction that starts now. */
    public Ticket begin() {
        return register(new Ticket(false));
    }

    /** Keeps the slot from advancing past what was received until now, until {@link Ticket#release()}. */
    public Ticket hold() {
        holdsOutstanding++;
        Ticket hold = register(new Ticket(true));
        advance();
        return hold;
    }

    private Ticket register(Ticket ticket) {
        outstanding.addLast(ticket);
        return ticket;
    }

    /**
     * Confirms everything up to the server's position when nothing is undelivered or unacknowledged; otherwise an idle
     * slot would hold WAL for ever.
     */
    void idleAt(long walEnd) {
        if (outstanding.isEmpty() && holding.isEmpty()) {
            moveTo(walEnd);
        }
    }

    /** Starts at what the slot has confirmed, so that no status update ever reports less. */
    public void startAt(Lsn confirmed) {
        moveTo(confirmed.value());
    }

    /** The end of the last transaction that arrived whole, acknowledged or not. */
    public Lsn delivered() {
        return Lsn.of(delivered);
    }

    /**
     * Goes back to where the server's history still is what it was: what was confirmed beyond is written anew there.
     */
    public void rewindTo(Lsn lsn) {
        if (lsn.compareTo(flushed()) < 0) {
            flushed = lsn.value();
        }
    }

    /** Forgets all outstanding transactions: the slot that could be told of them is gone. */
    public void abandon() {
        outstanding.forEach(ticket -> ticket.forgotten = true);
        outstanding.clear();
        holding.forEach(ticket -> ticket.forgotten = true);
        holding.clear();
        holdsOutstanding = 0;
        onProgress.run();
    }

    private void moveTo(long lsn) {
        if (Long.compareUnsigned(lsn, flushed) > 0) {
            flushed = lsn;
        }
    }

    private void scheduleAdvance() {
        if (advanceScheduled.compareAndSet(false, true)) {
            try {
                eventLoop.execute(this::advance);
            } catch (RejectedExecutionException ended) {
                // The subscription is over: the slot will send the transaction again to whoever comes next.
            }
        }
    }

    private void advance() {
        advanceScheduled.set(false);
        boolean progress = false;
        for (Ticket head = outstanding.peekFirst();
                head != null && (head.hold || head.isDone());
                head = outstanding.peekFirst()) {
            outstanding.removeFirst();
            if (head.hold) {
                holdsOutstanding--;
                holding.addLast(head);
            } else if (holding.isEmpty()) {
                moveTo(head.endLsn);
            } else {
                holding.getLast().confirmedBehind = head.endLsn;
            }
            progress = true;
        }
        for (Ticket hold = holding.peekFirst(); hold != null && hold.isDone(); hold = holding.peekFirst()) {
            moveTo(holding.removeFirst().confirmedBehind);
        }
        if (progress) {
            onProgress.run();
        }
    }

    /** One transaction's claim on the slot. */
    public final class Ticket {

        private long endLsn;
        private boolean ended;
        private volatile boolean acknowledged;

        private final boolean hold;
        private long confirmedBehind;
        private boolean forgotten;

        private Ticket(boolean hold) {
            this.hold = hold;
        }

        /** Whether it was {@linkplain #abandon() abandoned}. */
        public boolean isForgotten() {
            return forgotten;
        }

        /** Ends a hold; the slot may advance as far as the transactions around it allow. */
        public void release() {
            endAcknowledged(Lsn.INVALID);
        }

        /** The transaction arrived whole; on the event loop. */
        public void end(Lsn transactionEnd) {
            endLsn = transactionEnd.value();
            if (Long.compareUnsigned(endLsn, delivered) > 0) {
                delivered = endLsn;
            }
            ended = true;
            if (acknowledged) {
                advance();
            }
        }

        /** Idempotent, from any thread; counts once the transaction has ended. */
        public void acknowledge() {
            if (!acknowledged) {
                acknowledged = true;
                scheduleAdvance();
            }
        }

        /** The same as {@link #end} and {@link #acknowledge}, at once; on the event loop. */
        public void endAcknowledged(Lsn transactionEnd) {
            acknowledged = true;
            end(transactionEnd);
        }

        private boolean isDone() {
            return ended && acknowledged;
        }
    }
}
