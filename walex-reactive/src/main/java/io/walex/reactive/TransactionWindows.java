package io.walex.reactive;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.replication.Acknowledgements;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
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

    private @Nullable Subscription upstream;
    private @Nullable TransactionWindow current;
    private long demand;
    private boolean asked;
    private boolean cancelled;
    private boolean terminated;

    TransactionWindows(
            CoreSubscriber<? super Transaction> subscriber,
            Executor eventLoop,
            Acknowledgements acknowledgements,
            int maxUnacknowledged) {
        this.subscriber = subscriber;
        this.eventLoop = eventLoop;
        this.acknowledgements = acknowledgements;
        this.maxUnacknowledged = maxUnacknowledged;
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
            current = new TransactionWindow(begin, acknowledgements.begin(), this);
        } else if (signal instanceof Event event && window != null) {
            if (window.first(event)) {
                demand = demand == Long.MAX_VALUE ? demand : demand - 1;
                subscriber.onNext(window);
            } else {
                window.next(event);
            }
        } else if (signal instanceof TransactionSignal.End end && window != null) {
            current = null;
            window.end(end.endLsn());
        }
        advance();
    }

    @Override
    public void onError(Throwable error) {
        terminated = true;
        if (current != null) {
            current.fail(error);
        }
        subscriber.onError(error);
    }

    @Override
    public void onComplete() {
        terminated = true;
        if (current != null) {
            current.fail(TransactionWindow.streamEnded());
        }
        subscriber.onComplete();
    }

    /** Asks for the next signal if somebody wants it and none is on its way. */
    void advance() {
        Subscription source = upstream;
        if (asked || terminated || source == null) {
            return;
        }
        TransactionWindow window = current;
        if (cancelled && (window == null || !window.isConsumed())) {
            terminated = true;
            if (window != null) {
                window.fail(TransactionWindow.streamEnded());
            }
            source.cancel();
        } else if (window != null
                ? window.wantsMore()
                : demand > 0 && acknowledgements.outstanding() < maxUnacknowledged) {
            asked = true;
            source.request(1);
        }
    }

    /** Runs a change of state where all others run. */
    void onEventLoop(Runnable change) {
        try {
            eventLoop.execute(change);
        } catch (RejectedExecutionException ended) {
            // The stream is over; so is what the change was for.
        }
    }
}
