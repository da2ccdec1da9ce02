package io.walex.reactive.delivery;

import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.util.context.Context;

/**
 * Signals to a subscriber what its own code throws. Reactor's operators rethrow a {@link LinkageError} or
 * {@link StackOverflowError} of their functions, and none catches what an operator behind it throws, so that only the event
 * loop would hear of it. What may leave no memory to go on with is left to those who close the connection.
 */
final class SubscriberErrors<T> implements CoreSubscriber<T>, Subscription {

    private final CoreSubscriber<? super T> subscriber;
    private final Consumer<? super Throwable> onThrown;
    private @Nullable Subscription upstream;
    private boolean done;

    private SubscriberErrors(CoreSubscriber<? super T> subscriber, Consumer<? super Throwable> onThrown) {
        this.subscriber = subscriber;
        this.onThrown = onThrown;
    }

    /**
     * The same elements, to subscribers that hear of what they throw.
     *
     * @param onThrown told before the stream is cancelled
     */
    static <T> Flux<T> signalled(Flux<T> stream, Consumer<? super Throwable> onThrown) {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                stream.subscribe(new SubscriberErrors<>(actual, onThrown));
            }
        };
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
    public void onNext(T element) {
        if (done) {
            return;
        }
        try {
            subscriber.onNext(element);
        } catch (LinkageError | StackOverflowError error) {
            done = true;
            IllegalStateException thrown = new IllegalStateException("The subscriber threw " + error, error);
            onThrown.accept(thrown);
            cancel();
            subscriber.onError(thrown);
        }
    }

    @Override
    public void onError(Throwable error) {
        if (!done) {
            done = true;
            subscriber.onError(error);
        }
    }

    @Override
    public void onComplete() {
        if (!done) {
            done = true;
            subscriber.onComplete();
        }
    }

    @Override
    public void request(long n) {
        Objects.requireNonNull(upstream).request(n);
    }

    @Override
    public void cancel() {
        Objects.requireNonNull(upstream).cancel();
    }
}
