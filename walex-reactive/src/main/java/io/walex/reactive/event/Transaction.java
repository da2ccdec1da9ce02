package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * A committed transaction with at least one event that was subscribed to: the unit of acknowledgement.
 *
 * <p>It is handed out when its first event arrives, not when it is complete. So memory does not grow with its size. The
 * next transaction comes only after this one's events have passed. So {@link #events()} must be consumed or cancelled,
 * or the transaction be given up by {@link #acknowledge()}. Until then the stream waits, as it does for any consumer
 * without demand.
 */
public interface Transaction {

    /** The 32-bit transaction id, unsigned; 0 for a non-transactional logical message, which makes one of its own. */
    int xid();

    /** Where the commit stands in the WAL; the order of transactions. */
    Lsn commitLsn();

    /**
     * Where a slot may restart to skip this transaction.
     *
     * @throws IllegalStateException before {@link #events()} has completed, since PostgreSQL tells it last
     */
    Lsn endLsn();

    /** When it committed, by the server's clock. */
    Instant commitTimestamp();

    /** The global identifier of a two-phase transaction; null for others. */
    @Nullable
    String gid();

    /** Where it was replicated from; null when it started on this server. */
    @Nullable
    ReplicationOrigin origin();

    /**
     * Of a snapshot or backfill, which is handed out in slices between the server's transactions; null for those. Such a
     * slice moves no slot. Its {@link #commitLsn()} is that of the transaction before it, and its xid is 0.
     */
    @Nullable
    SnapshotSlice snapshot();

    /**
     * The events in the order of their changes, live, for one subscriber.
     *
     * <p>Completes when the commit was received, which takes demand beyond the last event. Cancelling drops the rest of
     * the transaction, which then still wants to be acknowledged.
     *
     * <p>Fails:
     *
     * <ul>
     *   <li>when the stream fails for good, with its error;
     *   <li>when the stream ends within the transaction, with a {@link java.util.concurrent.CancellationException}; the
     *       transaction will be sent again. Example: {@link io.walex.reactive.WalEx#closeGracefully()}, when this takes
     *       longer than that waits;
     *   <li>when the stream goes on without the rest, with a {@link
     *       io.walex.reactive.error.TransactionAbandonedException}: behind a gap, or when another consumer of the slot
     *       has finished the transaction.
     * </ul>
     */
    Flux<Event> events();

    /**
     * Says that the transaction is done with. Idempotent, from any thread, in any order. The slot advances to the end
     * of the longest run of acknowledged transactions from the first.
     *
     * <p>If nobody has subscribed to the events, they are dropped. A subscriber goes on receiving them. After the
     * stream has ended this has no effect: PostgreSQL sends the transaction again to the next subscription.
     */
    void acknowledge();
}
