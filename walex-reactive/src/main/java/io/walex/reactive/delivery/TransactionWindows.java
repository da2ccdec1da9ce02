package io.walex.reactive.delivery;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.replication.Acknowledgements;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;

/**
 * Cuts the stream into transactions whose events are live.
 *
 * <p>{@code windowUntil} and its like fetch ahead of their windows, which would pull a Commit that nobody asked for. This
 * one asks for a single signal at a time, and only when the open window, or the subscriber when none is open, wants it.
 * All state is confined to the event loop.
 */
final class TransactionWindows implements CoreSubscriber<TransactionSignal>, Subscription {

    private final CoreSubscriber<? super Transaction> subscriber;
    private final Executor eventLoop;
    private final Acknowledgements acknowledgements;
    private final int maxUnacknowledged;
    private final Consumer<SnapshotSlice> onSliceAcknowledged;
    private final DeliveryCounts counts;
    private final BooleanSupplier paused;

    private final Sinks.Empty<Void> ended = Sinks.empty();

    private @Nullable Subscription upstream;
    private @Nullable TransactionWindow current;
    private long demand;
    private boolean asked;
    private boolean cancelled;
    private boolean terminated;

    /** What is to end before the stream does, and what then ends it. */
    private @Nullable TransactionWindow last;

    private @Nullable Runnable onLastEnded;

    /** The last one has ended: what a middleware still holds would be cut, and comes again instead. */
    private boolean closing;

    /**
     * Sets up the windows.
     *
     * @param eventLoop of the subscription; it drops what comes after its end
     * @param onSliceAcknowledged told of slices of snapshots that are acknowledged, with all before them
     * @param counts of what is handed out
     * @param paused whether nothing is to be handed out for now
     */
    TransactionWindows(
            CoreSubscriber<? super Transaction> subscriber,
            Executor eventLoop,
            Acknowledgements acknowledgements,
            int maxUnacknowledged,
            Consumer<SnapshotSlice> onSliceAcknowledged,
            DeliveryCounts counts,
            BooleanSupplier paused) {
        this.subscriber = subscriber;
        this.eventLoop = eventLoop;
        this.acknowledgements = acknowledgements;
        this.maxUnacknowledged = maxUnacknowledged;
        this.onSliceAcknowledged = onSliceAcknowledged;
        this.counts = counts;
        this.paused = paused;
    }

    @Override
    public Context currentContext() {
        return subscriber.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        upstream = subscription;
        subscriber.onSubscribe(this);
    }

    @Override
    public void request(long n) {
        if (Operators.validate(n)) {
            onEventLoop(() -> {
                demand = Operators.addCap(demand, n);
                advance();
            });
        }
    }

    /** As with Reactor's windows, an open transaction that is being consumed lives on until it ends. */
    @Override
    public void cancel() {
        onEventLoop(() -> {
            cancelled = true;
            advance();
        });
    }

    @Override
    public void onNext(TransactionSignal signal) {
        asked = false;
        TransactionWindow window = current;
        if (signal instanceof TransactionSignal.Begin begin) {
            counts.begin(begin);
            current = new TransactionWindow(
                    begin, TransactionEnds.ticket(begin, acknowledgements, onSliceAcknowledged), this);
        } else if (signal instanceof Event event && window != null) {
            window.next(event);
        } else if (signal instanceof TransactionSignal.End end && window != null) {
            current = null;
            counts.end(end);
            window.end(end.endLsn());
        }
        advance();
    }

    @Override
    public void onError(Throwable error) {
        terminate();
        if (current != null) {
            current.fail(error);
        }
        subscriber.onError(error);
    }

    @Override
    public void onComplete() {
        terminate();
        if (current != null) {
            current.fail(TransactionWindow.streamEnded());
        }
        subscriber.onComplete();
    }

    /** Completes when nothing more is wanted of the stream: it ended, or was cancelled and no transaction is consumed. */
    Mono<Void> ended() {
        return ended.asMono();
    }

    /**
     * Runs this when the transaction that is in hand has ended; on the event loop.
     *
     * @return false when none is, and so it was run at once
     */
    boolean finish(Runnable then) {
        TransactionWindow window = current;
        if (window == null || !window.isInHand() || isPaused()) {
            then.run();
            return false;
        }
        last = window;
        onLastEnded = then;
        return true;
    }

    /** The consumer of the open transaction is given this event. */
    void passing(Event event) {
        counts.event(event);
    }

    boolean isPaused() {
        return paused.getAsBoolean();
    }

    /** A pause is over; on the event loop. */
    void goOn() {
        TransactionWindow window = current;
        if (window != null) {
            window.deliver();
        }
        advance();
    }

    /** The rest of the open transaction will never come; on the event loop. */
    void abandon(Throwable reason) {
        TransactionWindow window = current;
        current = null;
        if (window != null) {
            window.fail(reason);
        }
        advance();
    }

    /** Hands out what is wanted, and asks for the next signal if somebody wants it and none is on its way. */
    void advance() {
        Subscription source = upstream;
        if (terminated || source == null) {
            return;
        }
        TransactionWindow window = current;
        if (cancelled && (window == null || !window.isConsumed())) {
            // Behind a cancel nobody writes down what was acknowledged; what this lets go on may itself have come here.
            acknowledgements.settle();
            if (terminated) {
                return;
            }
            if (window != null) {
                window.fail(TransactionWindow.streamEnded());
            }
            source.cancel();
            terminate();
            return;
        }
        Runnable then = onLastEnded;
        if (then != null && window != last) {
            onLastEnded = null;
            closing = true;
            then.run();
            if (terminated) {
                return;
            }
        }
        if (window != null && window.isWaiting() && isWanted()) {
            demand = demand == Long.MAX_VALUE ? demand : demand - 1;
            window.handOut();
            subscriber.onNext(window);
        }
        if (!asked && isMoreWanted(window)) {
            asked = true;
            source.request(1);
        }
    }

    /**
     * Whether the open transaction is. It was when its start was asked for, but not if an abandoned one has asked: its
     * last demand is served by the start of the next.
     */
    private boolean isWanted() {
        return !closing && !isPaused() && demand > 0 && acknowledgements.outstanding() <= maxUnacknowledged;
    }

    private boolean isMoreWanted(@Nullable TransactionWindow window) {
        return window != null ? window.wantsMore() : demand > 0 && acknowledgements.outstanding() < maxUnacknowledged;
    }

    private void terminate() {
        terminated = true;
        ended.tryEmitEmpty();
    }

    /** Runs a change of state where all others run. */
    void onEventLoop(Runnable change) {
        eventLoop.execute(change);
    }
}
