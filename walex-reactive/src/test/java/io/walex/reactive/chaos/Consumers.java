package io.walex.reactive.chaos;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SslMode;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.config.WhenInUse;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.testsupport.TcpProxy;
import io.walex.reactive.testsupport.TestDatabase;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/** Consumers of every kind, each with a slot of its own. */
final class Consumers {

    private static final Logger LOG = LoggerFactory.getLogger(Consumers.class);

    /** Their names. The first three make do with one subscription each, the others are subscribed to again and again. */
    static final List<String> SLOTS = List.of("by_event", "by_transaction", "streamed", "spooled", "pair");

    private final TestDatabase database;
    private final TcpProxy proxy;
    private final Random random;
    private final Map<String, Received> received = new LinkedHashMap<>();
    private final List<Received> subscriptions = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final Disposable.Composite running = Disposables.composite();

    Consumers(TestDatabase database, TcpProxy proxy, long seed) {
        this.database = database;
        this.proxy = proxy;
        this.random = new Random(seed);
    }

    void createSlots() {
        for (String slot : SLOTS) {
            database.execute("SELECT pg_create_logical_replication_slot('%s', 'pgoutput', twophase => %s)"
                    .formatted(slot, slot.equals("streamed")));
            received.put(slot, new Received(slot));
        }
    }

    Map<String, Received> received() {
        return received;
    }

    /** Returns when those of one subscription stream: before they did, a server that is away is an error to them. */
    void start(Middleware spool) {
        start(config("by_event"), Consumers::byEvent);
        start(config("by_transaction"), Consumers::byTransaction);
        start(
                config("streamed")
                        .sslMode(SslMode.REQUIRE)
                        .streaming(Streaming.ON)
                        .twoPhase(TwoPhase.AT_COMMIT),
                Consumers::oneByOne);
        startAgainAndAgain(config("spooled").middleware(spool));
        for (int instance = 0; instance < 2; instance++) {
            startAgainAndAgain(config("pair").slot(SlotSpec.durable("pair").whenInUse(WhenInUse.WAIT)));
        }
    }

    private void start(WalExConfig.Builder config, BiFunction<WalEx, Received, Flux<?>> consumer) {
        WalEx walEx = WalEx.create(config.build());
        Received rows = received.get(walEx.config().name());
        running.add(consumer.apply(walEx, rows).subscribe(done -> {}, failures::add));
        walEx.awaitStreaming().block(PATIENCE);
    }

    private void startAgainAndAgain(WalExConfig.Builder config) {
        WalExConfig built = config.build();
        running.add(restarted(built, received.get(built.name())).subscribe());
    }

    /** What each subscription received of those that are made again and again. */
    List<Received> subscriptions() {
        return subscriptions;
    }

    /** But for what must be expected of a subscription that begins in an outage. */
    List<Throwable> failures() {
        return failures;
    }

    void stop() {
        running.dispose();
    }

    private WalExConfig.Builder config(String slot) {
        return WalExConfig.fromUrl(database.url())
                .host(proxy.host())
                .port(proxy.port())
                .name(slot)
                .publication("events")
                .slot(SlotSpec.durable(slot))
                .connectTimeout(Duration.ofSeconds(10))
                .statusInterval(Duration.ofMillis(200))
                .livenessTimeout(Duration.ofSeconds(2))
                .maxUnacknowledged(200)
                .retry(Retry.backoff(Long.MAX_VALUE, Duration.ofMillis(20))
                        .maxBackoff(Duration.ofMillis(500))
                        .transientErrors(true));
    }

    /** Demand comes from other threads, in portions. */
    private static Flux<?> byEvent(WalEx walEx, Received received) {
        return walEx.changes()
                .publishOn(Schedulers.parallel(), 256)
                .doOnNext(received::add)
                .concatMap(Consumers::sometimesStalled, 16);
    }

    /** Acknowledged late, on other threads, out of order. */
    private static Flux<?> byTransaction(WalEx walEx, Received received) {
        return walEx.transactions()
                .concatMap(
                        transaction ->
                                transaction.events().doOnNext(received::add).then(Mono.just(transaction)),
                        0)
                .flatMap(Consumers::acknowledgedLate, 100);
    }

    /** Demand is for one event at a time, and for none while it is worked on. */
    private static Flux<?> oneByOne(WalEx walEx, Received received) {
        return walEx.changes().doOnNext(received::add).concatMap(Consumers::sometimesStalled, 0);
    }

    /** An application that ends now and then, also within a transaction, and starts again, also when it found no server. */
    private Flux<?> restarted(WalExConfig config, Received received) {
        return Flux.defer(() -> oneByOneOnce(config, received).take(lifetime()))
                .onErrorResume(error -> {
                    if (!isExpected(error)) {
                        failures.add(error);
                    }
                    LOG.debug("{} ended: {}", config.name(), error.getMessage());
                    return Mono.delay(Duration.ofMillis(100)).then(Mono.empty());
                })
                .repeat();
    }

    /** The server is away, or still believes in the subscription before. */
    private static boolean isExpected(Throwable error) {
        return error instanceof ServerUnreachableException || error instanceof SlotInUseException;
    }

    private Flux<Event> oneByOneOnce(WalExConfig config, Received received) {
        Received here = new Received(config.name() + " " + subscriptions.size());
        subscriptions.add(here);
        return WalEx.changes(config)
                .concatMap(
                        event -> Mono.fromCallable(() -> {
                            here.add(event);
                            received.addOnce(event);
                            return event;
                        }),
                        0);
    }

    private synchronized Duration lifetime() {
        return Duration.ofMillis(2000 + random.nextInt(6000));
    }

    /** Not for too long: a server that shuts down waits for its consumers. */
    private static Mono<Event> sometimesStalled(Event event) {
        int seq = (int) event.newRecord().get("seq");
        return seq % 1000 == 0 ? Mono.just(event).delayElement(Duration.ofMillis(seq % 700)) : Mono.just(event);
    }

    private static Mono<Void> acknowledgedLate(Transaction transaction) {
        return Mono.delay(Duration.ofMillis(transaction.xid() % 50))
                .publishOn(Schedulers.parallel())
                .then(Mono.fromRunnable(transaction::acknowledge));
    }
}
