package io.walex.reactive.snapshot;

import io.walex.reactive.error.SnapshotException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A backfill of a running stream. It has begun, or is queued behind others; nobody needs to subscribe for it to run. Its
 * rows come to the stream's subscriber. All methods may be called from any thread, and again.
 */
public interface Backfill {

    /** The name that its {@link BackfillSpec} gave it. */
    String name();

    /**
     * How far it is: the latest report first, then each change, one a second at most, and the last one. A slow subscriber
     * may miss reports between. It completes after the last one, and fails when the backfill fails, as {@link #completed()}
     * does. Cancelling the subscription does not cancel the backfill.
     */
    Flux<SnapshotReport> progress();

    /**
     * Reads no more until {@link #resume()}. The chunks that were read are still delivered. Live changes go on. Nothing
     * is held open on the server meanwhile.
     */
    void pause();

    /** Goes on after {@link #pause()}; else does nothing. */
    void resume();

    /**
     * Ends the backfill. Rows that were read and not delivered are dropped. Its store keeps how far it was, so that a
     * backfill of the same name goes on from there. It does nothing when the backfill has ended.
     */
    void cancel();

    /**
     * Completes when all tables have been read, and the subscriber has acknowledged the last {@code
     * SNAPSHOT_COMPLETED}. It fails with
     *
     * <ul>
     *   <li>a {@link SnapshotException} when the backfill cannot go on: a table is gone, a right was revoked, {@code where}
     *       is no valid SQL;
     *   <li>a {@link java.util.concurrent.CancellationException} when it was cancelled;
     *   <li>the stream's error, or a {@link java.util.concurrent.CancellationException}, when the stream ended first.
     * </ul>
     */
    Mono<Void> completed();
}
