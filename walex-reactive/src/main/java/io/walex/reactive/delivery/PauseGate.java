package io.walex.reactive.delivery;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Passes elements on unless the subscription is paused.
 *
 * <p>Written by hand because no stock operator takes back demand that it has passed on. This one asks for a single element
 * at a time, and keeps the one that comes within a pause. All state is confined to the event loop, on which elements come.
 */
final class PauseGate<T> implements CoreSubscriber<T>, Subscription {

    private final CoreSubscriber<? super T> subscriber;
    private final Executor eventLoop;
    private final BooleanSupplier paused;
    private @Nullable Subscription upstream;
    private @Nullable T held;
    private long demand;
    private boolean asked;
    private boolean completed;
    private boolean ended;

    PauseGate(CoreSubscriber<? super T> subscriber, Executor eventLoop, BooleanSupplier paused) {
        this.subscriber = subscriber;
        this.eventLoop = eventLoop;
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
            eventLoop.execute(() -> {
                demand = Operators.addCap(demand, n);
                ask();
            });
        }
    }

    @Override
    public void cancel() {
        Objects.requireNonNull(upstream).cancel();
    }

    @Override
    public void onNext(T element) {
        asked = false;
        if (paused.getAsBoolean()) {
            held = element;
        } else {
            pass(element);
        }
    }

    private void pass(T element) {
        demand = demand == Long.MAX_VALUE ? demand : demand - 1;
        subscriber.onNext(element);
        ask();
    }

    private void ask() {
        if (!asked && held == null && demand > 0 && !ended && !paused.getAsBoolean()) {
            asked = true;
            Objects.requireNonNull(upstream).request(1);
        }
    }

    /** The pause is over; on the event loop. */
    void goOn() {
        T element = held;
        if (element != null && !ended && !paused.getAsBoolean()) {
            held = null;
            pass(element);
        }
        completeIfPassed();
        ask();
    }

    @Override
    public void onError(Throwable error) {
        ended = true;
        subscriber.onError(error);
    }

    @Override
    public void onComplete() {
        completed = true;
        completeIfPassed();
    }

    private void completeIfPassed() {
        if (completed && held == null && !ended) {
            ended = true;
            subscriber.onComplete();
        }
    }
}
