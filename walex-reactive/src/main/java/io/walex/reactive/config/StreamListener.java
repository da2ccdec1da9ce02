package io.walex.reactive.config;

import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Gap;
import io.walex.reactive.event.Source;
import io.walex.reactive.pgoutput.Lsn;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Is told what the streams of an instance do, in counts for meters. All methods do nothing by default.
 *
 * <p>Each subscription calls on its own event loop, states of an instance come one at a time on the thread that makes them.
 * So a listener must be thread-safe, and must neither block nor work for long: the stream waits meanwhile. What it throws is
 * logged once and otherwise ignored. It is given counts in bulk, never an event; without a listener nothing of this is paid.
 *
 * <p>Subscriptions are numbered from 1 within their instance, as in {@code WalEx.subscriptions()}.
 */
public interface StreamListener {

    /** So many bytes came from the server, after decryption: called once for each read of the connection. */
    default void onBytes(int subscription, long bytes) {}

    /**
     * So many events in a row were handed to the subscriber that are of one type and from one source. Called when another
     * one follows, at the end of the transaction, and after each 1,000 events.
     *
     * @param source of the events; its table is empty for logical messages
     */
    default void onEvents(int subscription, EventType type, Source source, long events) {}

    /**
     * A transaction was handed out whole. One without subscribed events is not told.
     *
     * @param events those that the subscriber was given
     * @param committedAt by the server's clock
     */
    default void onTransaction(int subscription, long events, Instant committedAt) {}

    /** So many rows of a snapshot or backfill were handed out, which {@link #onEvents} tells too; once for each slice. */
    default void onSnapshotRows(int subscription, long rows) {}

    /**
     * The subscriber's acknowledgements have come on.
     *
     * @param transactions how many more, with slices of snapshots
     * @param until the end of the longest run of acknowledged transactions from the first
     */
    default void onAcknowledged(int subscription, long transactions, Lsn until) {}

    /** The slot is in place and changes flow: once for each connection. */
    default void onStreaming(int subscription, String slot) {}

    /** Another connection holds the slot; the subscription takes over when that ends. */
    default void onStandingBy(int subscription, String slot) {}

    /** The connection was lost, or could not be made again for another kind of reason. */
    default void onReconnecting(int subscription, Throwable because) {}

    /** A lost temporary slot was replaced, and what lies between was missed. */
    default void onGap(int subscription, Gap gap) {}

    /** Another consumer of the slot has moved it meanwhile. */
    default void onTakenOver(int subscription, Lsn after, Lsn until) {}

    /** The subscription delivers nothing until {@link #onContinued}. */
    default void onPaused(int subscription) {}

    /** A pause is over. */
    default void onContinued(int subscription) {}

    /**
     * The subscription ended.
     *
     * @param because null when it was cancelled or closed
     */
    default void onStopped(int subscription, @Nullable Throwable because) {}
}
