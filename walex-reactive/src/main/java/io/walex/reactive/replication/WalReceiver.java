package io.walex.reactive.replication;

import io.netty.channel.Channel;
import io.netty.handler.codec.CorruptedFrameException;
import io.walex.reactive.server.ServerError;
import java.io.EOFException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * The receiving end of one streaming connection: pulls frames as its subscriber demands elements, and sends feedback
 * whether it does or not.
 *
 * <p>Written by hand because demand must decide how far the bytes are read: any stock source would put a queue between,
 * and a Commit in that queue could be taken for demanded. All state is confined to the event loop.
 *
 * @param <T> what payloads are decoded to
 */
public final class WalReceiver<T> extends Flux<T> implements Subscription, CopyDataHandler.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(WalReceiver.class);

    private final Channel channel;
    private final SubscriptionLoop loop;
    private final CopyDataHandler frames = new CopyDataHandler(this);
    private final ServerFeedback feedback;
    private final WalMessages<T> messages;
    private final ReceivedWal wal;
    private final CopyEnd copyEnd = new CopyEnd();

    private @Nullable CoreSubscriber<? super T> downstream;
    private @Nullable Throwable failure;
    private long demand;
    private boolean draining;
    private boolean completed;
    private boolean finished;
    private volatile boolean cancelled;

    WalReceiver(
            Channel channel,
            PayloadDecoder<T> decoder,
            Acknowledgements acknowledgements,
            ReceivedWal wal,
            ServerFeedback.Settings feedback,
            Clock clock) {
        this.channel = channel;
        this.loop = SubscriptionLoop.of(channel.eventLoop());
        this.feedback = new ServerFeedback(channel, acknowledgements, feedback, clock, frames::isReading, this::fail);
        this.messages = new WalMessages<>(frames, decoder, this.feedback, wal);
        this.wal = wal;
    }

    /** Stands in front of the driver's frame decoder from now on; before START_REPLICATION is sent. */
    void install() {
        frames.installIn(channel.pipeline());
        // Until it is subscribed to: the server sends as soon as it has accepted.
        frames.want(false);
    }

    /** The server has accepted START_REPLICATION: feedback begins. */
    void started() {
        feedback.start();
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
        loop.run(this::drain);
    }

    @Override
    public void request(long n) {
        if (!Operators.validate(n)) {
            return;
        }
        loop.run(() -> addDemand(n));
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
    public void onReadable(int bytes) {
        wal.read(bytes);
        feedback.heard();
        drain();
    }

    @Override
    public void onCopyEnd(boolean readyForQuery) {
        copyEnd.copyDone();
        if (readyForQuery) {
            copyEnd.released();
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
        LOG.atLevel(ServerError.level(notice.severity()))
                .log("The server reports: {} (SQLSTATE {})", notice.getMessage(), notice.sqlState());
    }

    @Override
    public void onBroken(IOException cause) {
        EOFException broken = new EOFException("The replication connection broke: " + cause.getMessage());
        broken.initCause(cause);
        fail(broken);
    }

    @Override
    public void onCorrupted(CorruptedFrameException wrong) {
        fail(wrong);
    }

    @Override
    public void onClosed() {
        copyEnd.released();
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

    /** Asks the server how far it has come, unless the stream has ended. */
    void askForKeepalive() {
        if (!finished && !cancelled && channel.isActive()) {
            feedback.askForKeepalive();
        }
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
                T element = messages.next();
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
            boolean wanted = demand > 0 && !messages.isBlocked();
            if (!wanted) {
                messages.takeKeepalives();
            }
            frames.want(wanted);
        }
    }

    /**
     * Confirms what was acknowledged and ends the copy; frames that were not delivered are dropped. Emits whether the
     * server has let go of the slot, or false when the time is up; never fails.
     *
     * @param patience how long the server may finish a transaction that it is sending
     */
    Mono<Boolean> stop(Duration patience) {
        Mono<Void> stopped = Mono.create(sink -> channel.eventLoop().execute(() -> {
            stopNow();
            sink.success();
        }));
        return copyEnd.after(stopped, patience);
    }

    /** Whether the server is still there to be told something. */
    boolean isOpen() {
        return channel.isActive()
                && !(failure instanceof ServerError
                        || failure instanceof TimeoutException
                        || failure instanceof CorruptedFrameException
                        || failure instanceof IOException);
    }

    private void stopNow() {
        cancelled = true;
        finished = true;
        feedback.stop();
        if (!isOpen()) {
            onClosed();
            return;
        }
        frames.discard();
        feedback.endCopy();
    }
}
