package io.walex.reactive.replication;

import io.walex.reactive.pgoutput.Lsn;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one subscription may confirm to its slot: the end of the longest run of acknowledged transactions from the
 * first. It outlives connections.
 *
 * <p>Confined to the subscription's event loop, but for {@link Ticket#acknowledge()}, {@link #flushed()} and the two counts.
 * Finding the prefix costs O(1) amortised: every ticket enters and leaves the queue once.
 */
public final class Acknowledgements {

    private final Executor eventLoop;
    private final Runnable onProgress;
    private final ArrayDeque<Ticket> outstanding = new ArrayDeque<>();
    private final AtomicBoolean advanceScheduled = new AtomicBoolean();
    private volatile long flushed;
    private long delivered;

    /** Of those that {@linkplain Ticket#count() count}; written on the event loop. */
    private final AtomicLong unacknowledged = new AtomicLong();

    private final AtomicLong acknowledged = new AtomicLong();

    /** Holds with nothing but holds before them. What was confirmed between them waits there. */
    private final ArrayDeque<Ticket> holding = new ArrayDeque<>();

    private int holdsOutstanding;
    private long holdsParked;

    /** What the next transaction releases. */
    private @Nullable Ticket releasedByNext;

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

    /** How many transactions that count were begun and are not in the acknowledged prefix; from any thread. */
    public long unacknowledged() {
        return unacknowledged.getOpaque();
    }

    /** How many transactions that count are, or were, in the acknowledged prefix; from any thread. */
    public long acknowledged() {
        return acknowledged.getOpaque();
    }

    /** Registers the transaction that starts now. */
    public Ticket begin() {
        return begin(null);
    }

    /**
     * The same.
     *
     * @param onConfirmed run on the event loop when this and all before it are acknowledged; null for nothing
     */
    public Ticket begin(@Nullable Runnable onConfirmed) {
        Ticket ticket = register(new Ticket(false));
        ticket.onConfirmed = onConfirmed;
        if (releasedByNext != null) {
            releasedByNext.releasedBy = ticket;
            releasedByNext = null;
        }
        return ticket;
    }

    /**
     * Keeps the slot from advancing past what was received until now, until {@link Ticket#release()} or until the
     * transaction is acknowledged that it was {@linkplain Ticket#releaseWithNext() handed over to}.
     */
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

    /**
     * Ends, as acknowledged, a transaction that was begun and whose rest will not come, since the slot has gone on behind
     * it; nothing happens when all that was begun has ended.
     *
     * @param confirmed what the slot has confirmed
     */
    public void endUnfinished(Lsn confirmed) {
        for (Iterator<Ticket> last = outstanding.descendingIterator(); last.hasNext(); ) {
            Ticket ticket = last.next();
            if (!ticket.hold) {
                if (!ticket.ended) {
                    ticket.endAcknowledged(confirmed);
                }
                return;
            }
        }
    }

    /** Forgets all outstanding transactions, since the slot that could be told of them is gone; another begins here. */
    public void restartAt(Lsn start) {
        outstanding.forEach(ticket -> ticket.forgotten = true);
        outstanding.clear();
        unacknowledged.setOpaque(0);
        holding.forEach(ticket -> ticket.forgotten = true);
        holding.clear();
        holdsOutstanding = 0;
        releasedByNext = null;
        flushed = start.value();
        delivered = 0;
        onProgress.run();
    }

    /** Counts at once what was acknowledged by any thread and is still to be counted; on the event loop. */
    public void settle() {
        advance();
    }

    private void moveTo(long lsn) {
        if (Long.compareUnsigned(lsn, flushed) > 0) {
            flushed = lsn;
        }
    }

    private void scheduleAdvance() {
        if (advanceScheduled.compareAndSet(false, true)) {
            // Dropped after the subscription: the slot sends the transaction again to whoever comes next.
            SubscriptionLoop.executeOrDrop(eventLoop, this::advance);
        }
    }

    private void advance() {
        advanceScheduled.set(false);
        boolean progress = false;
        for (Ticket head = outstanding.peekFirst();
                head != null && (head.hold || head.isDone());
                head = outstanding.peekFirst()) {
            outstanding.removeFirst();
            head.parkedAt = holdsParked;
            if (head.hold) {
                holdsOutstanding--;
                head.parkedAt = ++holdsParked;
                holding.addLast(head);
            } else {
                head.confirmed = true;
                if (head.counted) {
                    acknowledged.setOpaque(acknowledged.getPlain() + 1);
                    unacknowledged.setOpaque(unacknowledged.getPlain() - 1);
                }
                if (holding.isEmpty()) {
                    moveTo(head.endLsn);
                } else {
                    holding.getLast().confirmedBehind = head.endLsn;
                }
                // Last: who is told may acknowledge more.
                if (head.onConfirmed != null) {
                    head.onConfirmed.run();
                }
            }
            progress = true;
        }
        for (int ended = endedHolds(); ended > 0; ended--) {
            Ticket hold = holding.removeFirst();
            hold.confirmed = true;
            moveTo(hold.confirmedBehind);
        }
        if (progress) {
            onProgress.run();
        }
    }

    /**
     * How many of the first holds can end. One that was handed over ends no sooner than what was confirmed with its
     * transaction: a slot between the two would send the outcome without the changes.
     */
    private int endedHolds() {
        int ended = 0;
        int seen = 0;
        long reach = 0;
        for (Ticket hold : holding) {
            if (!hold.isDone()) {
                break;
            }
            seen++;
            if (hold.releasedBy != null) {
                reach = Math.max(reach, hold.releasedBy.parkedAt);
            }
            if (hold.parkedAt >= reach) {
                ended = seen;
            }
        }
        return ended;
    }

    /** One transaction's claim on the slot. */
    public final class Ticket {

        private long endLsn;
        private boolean ended;
        private volatile boolean acknowledged;

        private final boolean hold;
        private long confirmedBehind;

        /** Of a hold: its number; of a transaction: that of the last hold before it. */
        private long parkedAt;

        private boolean counted;
        private boolean confirmed;
        private boolean forgotten;
        private @Nullable Runnable onConfirmed;

        /** The transaction that a hold became. */
        private @Nullable Ticket releasedBy;

        private Ticket(boolean hold) {
            this.hold = hold;
        }

        /** Somebody has seen something of the transaction, which counts from now on; idempotent, on the event loop. */
        public void count() {
            if (!counted) {
                counted = true;
                unacknowledged.setOpaque(unacknowledged.getPlain() + 1);
            }
        }

        /** Whether its slot was {@linkplain #restartAt given up}. */
        public boolean isForgotten() {
            return forgotten;
        }

        /** Ends a hold; the slot may advance as far as the transactions around it allow. */
        public void release() {
            endAcknowledged(Lsn.INVALID);
        }

        /**
         * Hands a hold over to the transaction that begins next: the server still has to send it again until that one is
         * acknowledged.
         */
        public void releaseWithNext() {
            releasedByNext = this;
        }

        /** Whether a hold was handed over to a transaction. */
        public boolean isHandedOver() {
            return releasedBy != null;
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

        /** The same as {@link #acknowledge}, at once; on the event loop. */
        public void acknowledgeNow() {
            acknowledged = true;
            advance();
        }

        /** Whether it no longer keeps the slot; on the event loop. */
        public boolean isConfirmed() {
            return confirmed;
        }

        private boolean isDone() {
            return releasedBy == null ? ended && acknowledged : releasedBy.confirmed;
        }
    }
}
