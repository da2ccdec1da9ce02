package io.walex.reactive.stream;

import io.walex.reactive.config.StreamListener;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Gap;
import io.walex.reactive.event.Source;
import io.walex.reactive.pgoutput.Lsn;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what a listener throws away from the stream, which is worth more than its meters. */
final class GuardedListener implements StreamListener {

    private static final Logger LOG = LoggerFactory.getLogger(GuardedListener.class);

    private final StreamListener listener;
    private final AtomicBoolean warned = new AtomicBoolean();

    private GuardedListener(StreamListener listener) {
        this.listener = listener;
    }

    /** Null when there is none. */
    static @Nullable StreamListener of(@Nullable StreamListener listener) {
        return listener == null ? null : new GuardedListener(listener);
    }

    private void guard(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException thrown) {
            if (warned.compareAndSet(false, true)) {
                LOG.warn(
                        "{} threw, and the stream goes on; what it throws from now on is logged at DEBUG only",
                        listener.getClass().getName(),
                        thrown);
            } else {
                LOG.debug("The listener threw", thrown);
            }
        }
    }

    @Override
    public void onBytes(int subscription, long bytes) {
        guard(() -> listener.onBytes(subscription, bytes));
    }

    @Override
    public void onEvents(int subscription, EventType type, Source source, long events) {
        guard(() -> listener.onEvents(subscription, type, source, events));
    }

    @Override
    public void onTransaction(int subscription, long events, Instant committedAt) {
        guard(() -> listener.onTransaction(subscription, events, committedAt));
    }

    @Override
    public void onSnapshotRows(int subscription, long rows) {
        guard(() -> listener.onSnapshotRows(subscription, rows));
    }

    @Override
    public void onAcknowledged(int subscription, long transactions, Lsn until) {
        guard(() -> listener.onAcknowledged(subscription, transactions, until));
    }

    @Override
    public void onStreaming(int subscription, String slot) {
        guard(() -> listener.onStreaming(subscription, slot));
    }

    @Override
    public void onStandingBy(int subscription, String slot) {
        guard(() -> listener.onStandingBy(subscription, slot));
    }

    @Override
    public void onReconnecting(int subscription, Throwable because) {
        guard(() -> listener.onReconnecting(subscription, because));
    }

    @Override
    public void onGap(int subscription, Gap gap) {
        guard(() -> listener.onGap(subscription, gap));
    }

    @Override
    public void onTakenOver(int subscription, Lsn after, Lsn until) {
        guard(() -> listener.onTakenOver(subscription, after, until));
    }

    @Override
    public void onPaused(int subscription) {
        guard(() -> listener.onPaused(subscription));
    }

    @Override
    public void onContinued(int subscription) {
        guard(() -> listener.onContinued(subscription));
    }

    @Override
    public void onStopped(int subscription, @Nullable Throwable because) {
        guard(() -> listener.onStopped(subscription, because));
    }
}
