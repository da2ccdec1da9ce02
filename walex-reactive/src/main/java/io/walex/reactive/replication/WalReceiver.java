package io.walex.reactive.replication;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.EOFException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;

/**
 * The receiving end of one streaming connection: pulls frames as its subscriber demands elements, and sends feedback
 * whether it does or not.
 *
 * <p>Written by hand because demand must decide how far the bytes are read: any stock source would put a queue between,
 * and a Commit in that queue could be taken for demanded. All state is confined to the event loop.
 *
 * @param <T> what payloads are decoded to
 */
final class WalReceiver<T> extends Flux<T> implements Subscription, CopyDataHandler.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(WalReceiver.class);

    private static final byte XLOG_DATA = 'w';
    private static final byte KEEPALIVE = 'k';
    private static final int TIMESTAMP_SIZE = Long.BYTES;

    private final Channel channel;
    private final PayloadDecoder<T> decoder;
    private final Acknowledgements acknowledgements;
    private final Feedback feedback;
    private final Clock clock;
    private final CopyDataHandler frames = new CopyDataHandler(this);
    private final Sinks.Empty<Void> copyEnded = Sinks.empty();
    private final Sinks.Empty<Void> released = Sinks.empty();

    private @Nullable CoreSubscriber<? super T> downstream;
    private @Nullable ScheduledFuture<?> statusTimer;
    private @Nullable Disposable asking;
    private @Nullable Throwable failure;
    private long demand;
    private long received;
    private long lastStatusAt;
    private long silence;
    private boolean draining;
    private boolean completed;
    private boolean finished;
    private volatile boolean cancelled;

    WalReceiver(
            Channel channel,
            PayloadDecoder<T> decoder,
            Acknowledgements acknowledgements,
            Feedback feedback,
            Clock clock) {
        this.channel = channel;
        this.decoder = decoder;
        this.acknowledgements = acknowledgements;
        this.feedback = feedback;
        this.clock = clock;
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
    record Feedback(Duration statusInterval, Duration livenessTimeout, Mono<Void> atWork) {}

    /** Stands in front of the driver's frame decoder from now on; before START_REPLICATION is sent. */
    void install() {
        String decoderName =
                channel.pipeline().context(LengthFieldBasedFrameDecoder.class).name();
        channel.pipeline().addBefore(decoderName, "walex.copyData", frames);
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls != null) {
            // Else it keeps what it has decrypted for 16 reads, in a buffer that grows to megabytes.
            tls.setDiscardAfterReads(1);
        }
        // Until it is subscribed to: the server sends as soon as it has accepted.
        frames.want(false);
    }

    /** The server has accepted START_REPLICATION: feedback begins. */
    void started() {
        lastStatusAt = System.nanoTime();
        long interval = feedback.statusInterval().toNanos();
        // With a fixed delay, since a loop that was blocked must not make up for missed updates.
        statusTimer =
                channel.eventLoop().scheduleWithFixedDelay(this::status, interval, interval, TimeUnit.NANOSECONDS);
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> subscriber) {
        if (downstream != null) {
            Operators.error(subscriber, new IllegalStateException("A replication stream has one subscriber"));
            return;
        }
        downstream = subscriber;
        subscriber.onSubscribe(this);
        // An end that came before needs no demand.
        onEventLoop(this::drain);
    }

    @Override
    public void request(long n) {
        if (!Operators.validate(n)) {
            return;
        }
        onEventLoop(() -> addDemand(n));
    }

    private void onEventLoop(Runnable change) {
        if (channel.eventLoop().inEventLoop()) {
            change.run();
            return;
        }
        try {
            channel.eventLoop().execute(change);
        } catch (RejectedExecutionException ended) {
            // The subscription is over; so is what the change was for.
        }
    }

    private void addDemand(long n) {
        demand = Operators.addCap(demand, n);
        drain();
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public void onReadable() {
        silence = 0;
        drain();
    }

    @Override
    public void onCopyEnd(boolean readyForQuery) {
        copyEnded.tryEmitEmpty();
        if (readyForQuery) {
            released.tryEmitEmpty();
            fail(new EOFException("The server ended the replication stream"));
        }
    }

    @Override
    public void onServerError(ServerError error) {
        fail(error);
    }

    /** From PostgreSQL 18 on, a publication that was dropped is no error to the server, and its changes are not sent. */
    @Override
    public void onNotice(ServerError notice) {
        LOG.atLevel(level(notice.severity()))
                .log("The server reports: {} (SQLSTATE {})", notice.getMessage(), notice.sqlState());
    }

    /**
     * What is less than a warning comes where {@code client_min_messages} asks for it.
     *
     * @see <a href="https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-SEVERITY-LEVELS">
     *     Message severity levels</a>
     */
    static Level level(@Nullable String severity) {
        return switch (String.valueOf(severity)) {
            case "DEBUG5", "DEBUG4", "DEBUG3", "DEBUG2", "DEBUG1", "DEBUG", "LOG" -> Level.DEBUG;
            case "INFO", "NOTICE" -> Level.INFO;
            default -> Level.WARN;
        };
    }

    @Override
    public void onBroken(IOException cause) {
        EOFException broken = new EOFException("The replication connection broke: " + cause.getMessage());
        broken.initCause(cause);
        fail(broken);
    }

    @Override
    public void onClosed() {
        copyEnded.tryEmitEmpty();
        released.tryEmitEmpty();
        fail(new EOFException("The server closed the replication connection"));
    }

    /** Ends the stream with an error after what is being delivered now; the first one counts. */
    void fail(Throwable error) {
        if (failure == null) {
            failure = error;
        }
        drain();
    }

    /** Ends the stream after what is being delivered now, but not its feedback; says whether it had not ended. */
    boolean complete() {
        if (finished || cancelled) {
            return false;
        }
        completed = true;
        drain();
        return true;
    }

    /** Delivers what has become deliverable without new bytes. */
    void resume() {
        drain();
    }

    private void drain() {
        CoreSubscriber<? super T> subscriber = downstream;
        if (draining || finished || subscriber == null) {
            return;
        }
        draining = true;
        try {
            while (demand > 0 && !cancelled && !completed && failure == null) {
                T element = pull();
                if (element == null) {
                    break;
                }
                if (demand != Long.MAX_VALUE) {
                    demand--;
                }
                subscriber.onNext(element);
            }
        } catch (Throwable error) {
            failure = error;
            if (Exceptions.isJvmFatal(error)) {
                // Not as itself: operators rethrow it instead of passing it on.
                failure = new IllegalStateException("The stream's consumer or decoder threw " + error, error);
                // Nobody may survive to close it; the server must not go on sending to a stream that hangs.
                channel.close();
                throw error;
            }
        } finally {
            draining = false;
        }
        if (cancelled) {
            finished = true;
        } else if (failure != null) {
            finished = true;
            subscriber.onError(failure);
        } else if (completed) {
            finished = true;
            // What comes until the server is told to stop stays in the socket.
            frames.want(false);
            subscriber.onComplete();
        } else {
            boolean wanted = demand > 0 && !decoder.isBlocked();
            if (!wanted) {
                takeKeepalives();
            }
            frames.want(wanted);
        }
    }

    /** Signs of life need no demand. They confirm nothing here: what came before them may wait in the decoder. */
    private void takeKeepalives() {
        while (frames.nextMessageType() == KEEPALIVE) {
            ByteBuf content = Objects.requireNonNull(frames.nextCopyData());
            advanceTo(content.skipBytes(Byte.BYTES).readLong());
            boolean replyRequested = content.skipBytes(TIMESTAMP_SIZE).readByte() != 0;
            frames.endFrame();
            if (replyRequested) {
                sendStatus(false);
            }
        }
    }

    private @Nullable T pull() {
        T element = decoder.queued();
        while (element == null && !decoder.isBlocked()) {
            ByteBuf content = frames.nextCopyData();
            if (content == null) {
                return null;
            }
            try {
                element = read(content);
            } finally {
                frames.endFrame();
            }
            if (element == null) {
                element = decoder.queued();
            }
        }
        return element;
    }

    private @Nullable T read(ByteBuf content) {
        byte type = content.readByte();
        return switch (type) {
            case XLOG_DATA -> {
                long walStart = content.readLong();
                advanceTo(walStart);
                yield decoder.decode(content.skipBytes(Long.BYTES), walStart, content.readLong());
            }
            case KEEPALIVE -> {
                keepalive(content.readLong(), content.skipBytes(TIMESTAMP_SIZE).readByte() != 0);
                yield null;
            }
            default ->
                throw new IllegalStateException("Unknown message 0x%02X in the replication stream".formatted(type));
        };
    }

    private void keepalive(long walEnd, boolean replyRequested) {
        advanceTo(walEnd);
        acknowledgements.idleAt(walEnd);
        if (replyRequested) {
            sendStatus(false);
        }
    }

    private void advanceTo(long lsn) {
        if (Long.compareUnsigned(lsn, received) > 0) {
            received = lsn;
        }
    }

    private void status() {
        long now = System.nanoTime();
        long interval = feedback.statusInterval().toNanos();
        // A loop that was blocked has read nothing for its own reasons: at most two intervals count.
        silence += Math.min(now - lastStatusAt, 2 * interval);
        lastStatusAt = now;
        boolean reading = frames.isReading();
        if (!reading) {
            silence = 0;
        } else if (isTooSilent() && asking == null) {
            AtWork answer = new AtWork();
            asking = answer;
            feedback.atWork().subscribe(answer);
        }
        sendStatus(reading && silence > interval / 2);
    }

    private boolean isTooSilent() {
        return silence > feedback.livenessTimeout().toNanos();
    }

    /** Why the server is silent, as another connection tells it. */
    private final class AtWork extends BaseSubscriber<Void> {

        @Override
        protected void hookOnComplete() {
            onEventLoop(() -> {
                asking = null;
                silence = 0;
            });
        }

        @Override
        protected void hookOnError(Throwable gone) {
            LOG.debug("The server is not known to be at work", gone);
            onEventLoop(() -> {
                asking = null;
                // It may have been heard of meanwhile.
                if (isTooSilent()) {
                    fail(new TimeoutException("The server has been silent for %d ms, although asked for a reply"
                            .formatted(TimeUnit.NANOSECONDS.toMillis(silence))));
                }
            });
        }
    }

    private void sendStatus(boolean replyRequested) {
        long flushed = acknowledgements.flushed().value();
        advanceTo(flushed);
        LOG.trace("Status update: received {}, flushed {}", received, flushed);
        channel.writeAndFlush(
                StandbyStatus.update(channel.alloc(), received, flushed, clock.instant(), replyRequested),
                channel.voidPromise());
    }

    /**
     * Confirms what was acknowledged and ends the copy; frames that were not delivered are dropped. Emits whether the
     * server has let go of the slot, or false when the time is up; never fails.
     *
     * @param patience how long the server may finish a transaction that it is sending
     */
    Mono<Boolean> stop(Duration patience) {
        return Mono.<Void>create(sink -> channel.eventLoop().execute(() -> {
                    stopNow();
                    sink.success();
                }))
                // The server answers in order: its CopyDone says that it has read the status update before ours.
                .then(copyEnded.asMono())
                .then(released.asMono().timeout(patience))
                .thenReturn(true)
                .timeout(patience.multipliedBy(2))
                .onErrorReturn(false);
    }

    /** Whether the server is still there to be told something. */
    boolean isOpen() {
        return channel.isActive()
                && !(failure instanceof ServerError
                        || failure instanceof TimeoutException
                        || failure instanceof IOException);
    }

    private void stopNow() {
        cancelled = true;
        finished = true;
        if (statusTimer != null) {
            statusTimer.cancel(false);
        }
        if (asking != null) {
            asking.dispose();
        }
        if (!isOpen()) {
            onClosed();
            return;
        }
        frames.discard();
        sendStatus(false);
        channel.writeAndFlush(StandbyStatus.copyDone(channel.alloc()), channel.voidPromise());
    }
}
