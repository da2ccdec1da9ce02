package io.walex.reactive.stream;

import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.snapshot.SnapshotReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a subscription is at one moment; see {@link io.walex.reactive.WalEx#subscriptions()}. Figures that change while they are
 * read need not fit each other to the last transaction.
 *
 * @param subscription its number among those of its {@link io.walex.reactive.WalEx}, from 1
 * @param slot the slot's name; null before a temporary one is made
 * @param state the last that was told and is not beside others, as {@link ConnectionState.Snapshotting} is; it has the reason
 *     where there is one
 * @param since when that state began
 * @param paused whether the instance is paused
 * @param positions how far it is
 * @param lastCommit when the last transaction that was delivered whole committed, by the server's clock; null before the first
 * @param lag for how long something may wait to be delivered: since {@code lastCommit}, or since it was last known that
 *     nothing waited, whichever was later. Zero when it streams and nothing waits. Null before either is known. As exact as
 *     the two clocks agree
 * @param lagBytes the WAL from {@link Positions#confirmed} to {@link Positions#serverEnd}. A server whose messages are not read
 *     cannot tell how far it is, so it may be more: {@code pg_replication_slots} knows
 * @param unacknowledged how many transactions, slices of snapshots among them, the subscriber was given and has not
 *     acknowledged, or of which one before is not acknowledged
 * @param counts since it began
 * @param snapshots how far the snapshots and backfills are that run, told about once a second
 */
public record SubscriptionReport(
        int subscription,
        @Nullable String slot,
        ConnectionState state,
        Instant since,
        boolean paused,
        Positions positions,
        @Nullable Instant lastCommit,
        @Nullable Duration lag,
        long lagBytes,
        long unacknowledged,
        Counts counts,
        List<SnapshotReport> snapshots) {

    public SubscriptionReport {
        snapshots = List.copyOf(snapshots);
    }

    /**
     * Places in the WAL. {@link Lsn#INVALID} where nothing is known yet.
     *
     * @param serverEnd the farthest that the server has told of on this connection
     * @param received up to where its messages were taken on this connection
     * @param delivered the end of the last transaction that was delivered, or held nothing to deliver
     * @param acknowledged the end of the longest run of acknowledged transactions from the first
     * @param confirmed what the server may forget, as it hears with the next status update. Behind a middleware, such as a
     *     spool, it may be ahead of {@code acknowledged}
     */
    public record Positions(Lsn serverEnd, Lsn received, Lsn delivered, Lsn acknowledged, Lsn confirmed) {}

    /**
     * What there was since the subscription began.
     *
     * @param bytes that came from the server, after decryption
     * @param events that the subscriber was given, those of snapshots among them
     * @param transactions of the server that it was given whole
     * @param acknowledged transactions, slices of snapshots among them
     * @param snapshotRows rows of snapshots and backfills that it was given
     * @param reconnects how often it streamed again
     */
    public record Counts(
            long bytes, long events, long transactions, long acknowledged, long snapshotRows, long reconnects) {}
}
