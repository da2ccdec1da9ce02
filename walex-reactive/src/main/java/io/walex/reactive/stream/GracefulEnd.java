package io.walex.reactive.stream;

import io.walex.reactive.delivery.Delivery;
import io.walex.reactive.replication.SubscriptionLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Scannable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Ends a subscription on request: after the transaction in hand, and with what is acknowledged confirmed. */
final class GracefulEnd {

    /** How long a transaction in hand may take to end. */
    private static final Duration LAST_TRANSACTION = Duration.ofSeconds(10);

    private final SubscriptionLoop loop;
    private final Delivery delivery;
    private final CurrentConnection connection;
    private final Sinks.Empty<Void> begun = Sinks.empty();
    private final Sinks.Empty<Void> noMoreAttempts = Sinks.empty();

    GracefulEnd(SubscriptionLoop loop, Delivery delivery, CurrentConnection connection) {
        this.loop = loop;
        this.delivery = delivery;
        this.connection = connection;
    }

    /** Completes the stream after what it is delivering, or the transaction in hand, wherever it stands. */
    void request() {
        loop.execute(() -> {
            Disposable.Swap bound = Disposables.swap();
            boolean waits = delivery.finish(() -> {
                bound.dispose();
                begin();
            });
            if (waits) {
                bound.update(
                        loop.scheduler().schedule(this::begin, LAST_TRANSACTION.toMillis(), TimeUnit.MILLISECONDS));
            }
        });
    }

    private void begin() {
        begun.tryEmitEmpty();
        if (!connection.complete()) {
            makeNoMoreAttempts();
        }
    }

    /** Completes when nothing more is to be delivered. */
    Mono<Void> begun() {
        return begun.asMono();
    }

    boolean hasBegun() {
        return Boolean.TRUE.equals(begun.scan(Scannable.Attr.TERMINATED));
    }

    /** Completes when the end has come while nothing was streamed that could complete. */
    Mono<Void> noMoreAttempts() {
        return noMoreAttempts.asMono();
    }

    void makeNoMoreAttempts() {
        noMoreAttempts.tryEmitEmpty();
    }
}
