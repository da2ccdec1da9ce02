package io.walex.reactive;

import io.walex.reactive.config.Reconfiguration;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Expectation;
import io.walex.reactive.event.PublishedTables;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.server.TableSelection;
import io.walex.reactive.setup.ServerChecks;
import io.walex.reactive.snapshot.Backfill;
import io.walex.reactive.snapshot.BackfillSpec;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.stream.ConnectionStates;
import io.walex.reactive.stream.StreamSubscription;
import io.walex.reactive.stream.SubscriptionReport;
import io.walex.reactive.stream.SubscriptionState;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Makes a replication stream for each subscription, and remembers those that run. */
final class StreamingWalEx implements WalEx {

    private volatile WalExConfig config;
    private final Consumer<? super WalEx> onClose;
    private final Set<StreamSubscription> running = ConcurrentHashMap.newKeySet();
    private final Set<StreamSubscription> reported = ConcurrentHashMap.newKeySet();
    private final ConnectionStates states;
    private final AtomicInteger subscriptions = new AtomicInteger();
    private volatile boolean closed;
    private volatile boolean paused;

    /** The last that an error stopped, unless another was started since. Guarded by this. */
    private @Nullable SubscriptionReport failed;

    /**
     * Makes an instance.
     *
     * @param onClose told each time that somebody starts to close it
     */
    StreamingWalEx(WalExConfig config, Consumer<? super WalEx> onClose) {
        this.config = config;
        this.onClose = onClose;
        states = new ConnectionStates(config.listener());
    }

    @Override
    public Flux<Event> changes() {
        return subscription(StreamSubscription::changes);
    }

    @Override
    public Flux<Transaction> transactions() {
        return subscription(StreamSubscription::transactions);
    }

    private <T> Flux<T> subscription(Function<StreamSubscription, Flux<T>> stream) {
        return Flux.deferContextual(context -> {
            StreamSubscription started = start(Expectation.of(context));
            return Flux.usingWhen(
                            Mono.just(started),
                            stream,
                            this::release,
                            (subscription, error) -> release(subscription),
                            this::release)
                    .doFinally(signal -> left(started));
        });
    }

    private void left(StreamSubscription subscription) {
        subscription.left();
        SubscriptionReport last = subscription.report();
        boolean stoppedByError = last.state() instanceof ConnectionState.Stopped stopped && stopped.because() != null;
        synchronized (this) {
            if (stoppedByError && last.subscription() == subscriptions.get()) {
                failed = last;
            }
            reported.remove(subscription);
        }
    }

    private synchronized StreamSubscription start(List<Expectation> expectations) {
        if (closed) {
            throw new IllegalStateException("WalEx \"" + config.name() + "\" is closed; create another one");
        }
        var state = new SubscriptionState(config, subscriptions.incrementAndGet(), states, Clock.systemUTC());
        StreamSubscription subscription = new StreamSubscription(config, state, expectations, this::isPaused);
        failed = null;
        reported.add(subscription);
        running.add(subscription);
        subscription.pauseChanged();
        if (closed) {
            subscription.end();
        }
        return subscription;
    }

    private Mono<Void> release(StreamSubscription subscription) {
        return subscription.release().doFinally(signal -> running.remove(subscription));
    }

    @Override
    public Backfill backfill(BackfillSpec spec) {
        List<StreamSubscription> streams = List.copyOf(running);
        if (streams.size() != 1) {
            throw new IllegalStateException(
                    "Backfill \"%s\" needs one running stream of \"%s\", whose subscriber its rows come to, and there are %d; subscribe to changes() or transactions() once before"
                            .formatted(spec.name(), config.name(), streams.size()));
        }
        return streams.get(0).backfill(spec);
    }

    @Override
    public List<Backfill> backfills() {
        return running.stream().flatMap(stream -> stream.backfills().stream()).toList();
    }

    @Override
    public Flux<ConnectionState> states() {
        return states.states();
    }

    @Override
    public List<SubscriptionReport> subscriptions() {
        // Under the lock, so that one that ends meanwhile is seen on one of the two sides.
        List<SubscriptionReport> all = new ArrayList<>();
        synchronized (this) {
            reported.forEach(subscription -> all.add(subscription.report()));
            if (failed != null) {
                all.add(failed);
            }
        }
        all.sort(Comparator.comparingInt(SubscriptionReport::subscription));
        return List.copyOf(all);
    }

    @Override
    public Mono<Void> awaitStreaming() {
        return states.awaitStreaming();
    }

    @Override
    public synchronized void reconfigure(UnaryOperator<WalExConfig.Builder> change) {
        WalExConfig changed = change.apply(config.mutate()).build();
        Reconfiguration.check(config, changed, !running.isEmpty());
        config = changed;
        running.forEach(subscription -> subscription.reconfigure(changed));
    }

    @Override
    public void pause() {
        paused = true;
        running.forEach(StreamSubscription::pauseChanged);
    }

    @Override
    public void resume() {
        paused = false;
        running.forEach(StreamSubscription::pauseChanged);
    }

    @Override
    public boolean isPaused() {
        return paused;
    }

    @Override
    public Mono<PublishedTables> publishedTables() {
        return OneShot.run(config, server -> ServerChecks.publishedTables(server, config, TableSelection.ALL));
    }

    @Override
    public WalExConfig config() {
        return config;
    }

    @Override
    public Mono<Void> closeGracefully() {
        return Mono.defer(() -> {
            beginToClose();
            return Flux.fromIterable(running)
                    .flatMap(subscription -> {
                        subscription.end();
                        return subscription.released();
                    })
                    .then();
        });
    }

    @Override
    public void close() {
        beginToClose();
        running.forEach(StreamSubscription::end);
    }

    private void beginToClose() {
        closed = true;
        onClose.accept(this);
        states.close();
    }
}
