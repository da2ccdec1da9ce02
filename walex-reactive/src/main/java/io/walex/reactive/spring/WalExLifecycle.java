package io.walex.reactive.spring;

import io.walex.reactive.WalEx;
import io.walex.reactive.handler.Handlers;
import io.walex.reactive.stream.ConnectionState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Runs the handlers with the application, and closes the instance with it. The handlers stop before a web server waits for its
 * requests, since the streams of clients end with the instance.
 */
final class WalExLifecycle implements SmartLifecycle {

    /** As listeners of brokers have it: late to start, early to stop. */
    static final int PHASE = Integer.MAX_VALUE - 100;

    private static final Logger LOG = LoggerFactory.getLogger(WalExLifecycle.class);

    private final WalEx walex;
    private final Handlers handlers;
    private final WalExProperties.Handlers properties;
    private final Sinks.Empty<Void> stop = Sinks.empty();
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    private volatile boolean started;
    private volatile boolean starting;
    private volatile boolean stopped;

    WalExLifecycle(WalEx walex, Handlers handlers, WalExProperties.Handlers properties) {
        this.walex = walex;
        this.handlers = handlers;
        this.properties = properties;
    }

    @Override
    public boolean isAutoStartup() {
        return properties.autoStartup();
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** A closed instance cannot be opened again; so it runs on where a test's context only pauses. */
    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public boolean isRunning() {
        return started && !stopped && !ended.isDone();
    }

    /** Waits for the stream, so that what is configured wrongly fails the application's start instead of a log line later. */
    @Override
    public synchronized void start() {
        if (stopped) {
            throw new IllegalStateException("WalEx \"%s\" was closed when its context stopped; make another context"
                    .formatted(walex.config().name()));
        }
        if (started) {
            return;
        }
        started = true;
        if (!handlers.isEmpty()) {
            startHandlers();
        }
    }

    private void startHandlers() {
        starting = true;
        CompletableFuture<@Nullable Void> streaming =
                Mono.firstWithSignal(walex.awaitStreaming(), standingBy()).toFuture();
        run(handlers.runUntil(walex, stop.asMono()), this::handlersEnded);
        await(streaming);
        starting = false;
        keepProcessAlive();
    }

    /** All threads of a stream are daemons, and an application without a web server may have no other. */
    private void keepProcessAlive() {
        Thread waiting = new Thread(
                () -> ended.handle((done, error) -> null).join(),
                "walex-" + walex.config().name() + "-keep-alive");
        waiting.setDaemon(false);
        waiting.start();
    }

    private Mono<Void> standingBy() {
        return walex.states()
                .ofType(ConnectionState.StandingBy.class)
                .next()
                .doOnNext(state -> LOG.info(
                        "{} stands by: another connection holds its slot",
                        walex.config().name()))
                .then();
    }

    private void await(CompletableFuture<@Nullable Void> streaming) {
        Duration patience = properties.startTimeout();
        try {
            CompletableFuture.anyOf(streaming, ended).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            LOG.warn(
                    "{} does not stream after {}; it goes on starting in the background",
                    walex.config().name(),
                    patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the stream was starting", e);
        }
    }

    private void handlersEnded(@Nullable Throwable error) {
        if (error == null) {
            ended.complete(null);
            return;
        }
        if (!starting) {
            LOG.error("{}: the handlers have stopped: {}", walex.config().name(), error.getMessage(), error);
        }
        ended.completeExceptionally(error);
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    /** Has handlers finish and acknowledge what they are working on. */
    @Override
    public void stop(Runnable callback) {
        stopped = true;
        stop.tryEmitEmpty();
        boolean running = !handlers.isEmpty() && started && !ended.isDone();
        Mono<Void> end = running
                ? Mono.fromFuture(ended, true).onErrorComplete().then(walex.closeGracefully())
                : walex.closeGracefully();
        run(end, error -> callback.run());
    }

    private static void run(Publisher<Void> work, Consumer<@Nullable Throwable> whenEnded) {
        work.subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnComplete() {
                whenEnded.accept(null);
            }

            @Override
            protected void hookOnError(Throwable error) {
                whenEnded.accept(error);
            }
        });
    }
}
