package io.walex.reactive.stream;

import io.walex.reactive.delivery.DeliveryCounts;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.ReceivedWal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a subscription is behind.
 *
 * @param time null when it is behind, and it is not known since when
 */
record Lag(@Nullable Duration time, long bytes) {

    static Lag of(
            ReceivedWal received,
            DeliveryCounts counts,
            SubscriptionReport.Positions positions,
            boolean streaming,
            Clock clock) {
        return new Lag(
                streaming && !received.isBehind() ? Duration.ZERO : since(received, counts, clock),
                bytes(positions.confirmed(), positions.serverEnd()));
    }

    private static @Nullable Duration since(ReceivedWal received, DeliveryCounts counts, Clock clock) {
        Instant committed = counts.lastCommit();
        Instant caughtUp = received.caughtUpAt();
        if (committed == null && caughtUp == null) {
            return null;
        }
        boolean commitIsLater = caughtUp == null || committed != null && committed.isAfter(caughtUp);
        Duration since = Duration.between(commitIsLater ? committed : caughtUp, clock.instant());
        // The server's clock may be ahead of ours.
        return since.isNegative() ? Duration.ZERO : since;
    }

    private static long bytes(Lsn confirmed, Lsn serverEnd) {
        return confirmed.equals(Lsn.INVALID) || !serverEnd.isAfter(confirmed)
                ? 0
                : serverEnd.value() - confirmed.value();
    }
}
