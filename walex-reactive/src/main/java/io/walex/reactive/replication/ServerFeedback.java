package io.walex.reactive.replication;

import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/**
 * What the server of one streaming connection is told, and how its silence is noticed.
 *
 * <p>A timer sends status updates, whether the subscriber has demand or not. A server that has been silent for half of
 * their interval is asked for a reply. One that stays silent for longer than the liveness timeout is asked after on
 * another connection, and counts as gone when it is not at work either. Time only counts while the stream is read: the
 * server's answer cannot get past changes that wait for demand.
 *
 * <p>Confined to the event loop.
 */
final class ServerFeedback {

    private static final Logger LOG = LoggerFactory.getLogger(ServerFeedback.class);

    private final Channel channel;
    private final SubscriptionLoop loop;
    private final Acknowledgements acknowledgements;
    private final Settings settings;
    private final Clock clock;
    private final BooleanSupplier reading;
    private final Consumer<TimeoutException> onGone;

    private @Nullable ScheduledFuture<?> timer;
    private @Nullable Disposable asking;
    private long received;
    private long lastStatusAt;
    private long silence;

    /**
     * Tells nothing before {@link #start()}.
     *
     * @param reading whether what the server sends is read now
     * @param onGone called when the server counts as gone
     */
    ServerFeedback(
            Channel channel,
            Acknowledgements acknowledgements,
            Settings settings,
            Clock clock,
            BooleanSupplier reading,
            Consumer<TimeoutException> onGone) {
        this.channel = channel;
        this.loop = SubscriptionLoop.of(channel.eventLoop());
        this.acknowledgements = acknowledgements;
        this.settings = settings;
        this.clock = clock;
        this.reading = reading;
        this.onGone = onGone;
    }

    /**
     * How the server is kept informed.
     *
     * @param statusInterval the time between status updates
     * @param livenessTimeout how long the server may be silent, while its replies are asked for and read, before it is
     *     asked after
     * @param atWork asks after it: completes when the server is at work on what it sends nothing of, which keeps it from
     *     reading for half its {@code wal_sender_timeout}, or to its end; fails when it counts as gone
     */
    record Settings(Duration statusInterval, Duration livenessTimeout, Mono<Void> atWork) {}

    /** Starts the timer: the server has accepted START_REPLICATION. */
    void start() {
        lastStatusAt = now();
        long interval = settings.statusInterval().toNanos();
        // With a fixed delay, since a loop that was blocked must not make up for missed updates.
        timer = channel.eventLoop().scheduleWithFixedDelay(this::status, interval, interval, TimeUnit.NANOSECONDS);
    }

    /** Stops the timer, and asks after the server no longer. */
    void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
        if (asking != null) {
            asking.dispose();
        }
    }

    /** The last word: what was acknowledged, and the end of the copy. */
    void endCopy() {
        sendStatus(false);
        channel.writeAndFlush(StandbyStatus.copyDone(channel.alloc()), channel.voidPromise());
    }

    /** Asks the server how far it has come: it answers with a keepalive. */
    void askForKeepalive() {
        sendStatus(true);
    }

    /** Bytes came from the server. */
    void heard() {
        silence = 0;
    }

    /** WAL came from the server up to here, decoded or not. */
    void received(long lsn) {
        if (Long.compareUnsigned(lsn, received) > 0) {
            received = lsn;
        }
    }

    /** A keepalive came, behind which nothing waits to be decoded: an idle slot may advance to it. */
    void keepaliveInTurn(long walEnd, boolean replyRequested) {
        acknowledgements.idleAt(walEnd);
        keepalive(walEnd, replyRequested);
    }

    /** A keepalive came, before which changes may wait to be decoded: it confirms nothing. */
    void keepalive(long walEnd, boolean replyRequested) {
        received(walEnd);
        if (replyRequested) {
            sendStatus(false);
        }
    }

    private long now() {
        return channel.eventLoop().ticker().nanoTime();
    }

    private void status() {
        long now = now();
        long interval = settings.statusInterval().toNanos();
        // A loop that was blocked has read nothing for its own reasons: at most two intervals count.
        silence += Math.min(now - lastStatusAt, 2 * interval);
        lastStatusAt = now;
        boolean isReading = reading.getAsBoolean();
        if (!isReading) {
            silence = 0;
        } else if (isTooSilent() && asking == null) {
            AtWork answer = new AtWork();
            asking = answer;
            settings.atWork().subscribe(answer);
        }
        sendStatus(isReading && silence > interval / 2);
    }

    private boolean isTooSilent() {
        return silence > settings.livenessTimeout().toNanos();
    }

    /** Why the server is silent, as another connection tells it. */
    private final class AtWork extends BaseSubscriber<Void> {

        @Override
        protected void hookOnComplete() {
            loop.run(() -> {
                asking = null;
                silence = 0;
            });
        }

        @Override
        protected void hookOnError(Throwable gone) {
            LOG.debug("The server is not known to be at work", gone);
            loop.run(() -> {
                asking = null;
                // It may have been heard of meanwhile.
                if (isTooSilent()) {
                    onGone.accept(
                            new TimeoutException("The server has been silent for %d ms, although asked for a reply"
                                    .formatted(TimeUnit.NANOSECONDS.toMillis(silence))));
                }
            });
        }
    }

    private void sendStatus(boolean replyRequested) {
        long flushed = acknowledgements.flushed().value();
        received(flushed);
        LOG.trace("Status update: received {}, flushed {}", received, flushed);
        channel.writeAndFlush(
                StandbyStatus.update(channel.alloc(), received, flushed, clock.instant(), replyRequested),
                channel.voidPromise());
    }
}
