package io.walex.reactive.snapshot;

import io.walex.reactive.replication.SubscriptionLoop;
import io.walex.reactive.server.Connector;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/**
 * One of a snapshot's connections: reads one chunk at a time, and connects when it is first needed. Confined to the
 * subscription's event loop; the connection lives on another.
 */
final class ChunkWorker {

    private final Connector connector;
    private final SubscriptionLoop loop;
    private @Nullable ChunkConnection connection;
    private @Nullable Reading<?> reading;

    ChunkWorker(Connector connector, SubscriptionLoop loop) {
        this.connector = connector;
        this.loop = loop;
    }

    boolean isIdle() {
        return reading == null;
    }

    /**
     * Reads, and tells on the subscription's event loop what came of it: a value, or an error.
     *
     * @param work what is read, on the connection
     */
    <T> void read(Function<ChunkConnection, Mono<T>> work, BiConsumer<@Nullable T, @Nullable Throwable> then) {
        Reading<T> started = new Reading<>(then);
        reading = started;
        connected().flatMap(work).subscribe(started);
    }

    private Mono<ChunkConnection> connected() {
        ChunkConnection open = connection;
        return open != null
                ? Mono.just(open)
                : ChunkConnection.open(connector)
                        .publishOn(loop.scheduler())
                        .doOnNext(made -> connection = made)
                        // One that comes when it is not wanted any more.
                        .doOnDiscard(ChunkConnection.class, late -> late.close()
                                .subscribe(new ReportListener.Ignored()));
    }

    /** A connection that is of no use any more is replaced with the next chunk. */
    void disconnectIfBroken() {
        ChunkConnection broken = connection;
        if (broken != null && !broken.isOpen()) {
            connection = null;
            broken.close().onErrorComplete().subscribe(new ReportListener.Ignored());
        }
    }

    /** Stops reading, and closes the connection. */
    Mono<Void> close() {
        Reading<?> running = reading;
        reading = null;
        if (running != null) {
            running.dispose();
        }
        ChunkConnection open = connection;
        connection = null;
        return open == null ? Mono.empty() : open.close().onErrorComplete();
    }

    /** What is being read. */
    private final class Reading<T> extends BaseSubscriber<T> {

        private final BiConsumer<@Nullable T, @Nullable Throwable> then;
        private boolean told;

        Reading(BiConsumer<@Nullable T, @Nullable Throwable> then) {
            this.then = then;
        }

        @Override
        protected void hookOnNext(T value) {
            told = true;
            end(value, null);
        }

        @Override
        protected void hookOnComplete() {
            if (!told) {
                end(null, null);
            }
        }

        @Override
        protected void hookOnError(Throwable error) {
            end(null, error);
        }

        private void end(@Nullable T value, @Nullable Throwable error) {
            loop.run(() -> {
                if (reading == this) {
                    reading = null;
                    then.accept(value, error);
                }
            });
        }
    }
}
