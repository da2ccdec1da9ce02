package io.walex.reactive.delivery;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Gap;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.spool.DiskSpool;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.stream.ConnectionState.Stopped;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import io.walex.reactive.testsupport.TcpProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.util.retry.Retry;

/** How streams end, and with what, where something stands between them and their subscribers. */
class MiddlewareIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @TempDir
    Path directory;

    @BeforeEach
    void insertThree() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')",
                "INSERT INTO todo VALUES (1)",
                "INSERT INTO todo VALUES (2)",
                "INSERT INTO todo VALUES (3)");
    }

    private Middleware middleware(String kind) {
        return switch (kind) {
            case "spool" -> DiskSpool.in(directory);
            case "queueing" -> Middleware.transforming(signals -> signals.concatMap(Mono::just, 32));
            default -> Middleware.transforming(UnaryOperator.identity());
        };
    }

    /** No status update but the last can confirm anything. */
    private WalEx walEx(Middleware middleware) {
        return WalEx.create(streams.config()
                .statusInterval(Duration.ofSeconds(15))
                .livenessTimeout(Duration.ofSeconds(60))
                .middleware(middleware)
                .build());
    }

    private static Flux<Object> acknowledged(WalEx walEx) {
        return walEx.transactions().concatMap(MiddlewareIT::acknowledged, 0);
    }

    private static Mono<Object> acknowledged(Transaction transaction) {
        return transaction
                .events()
                .map(MiddlewareIT::id)
                .last()
                .doOnNext(id -> transaction.acknowledge())
                // Of the transaction that has begun when the stream is closed.
                .onErrorResume(CancellationException.class, ended -> Mono.empty());
    }

    private static Object id(Event event) {
        return event.newRecord().get("id");
    }

    private Object firstOfTheNext(String kind) {
        postgres.awaitSlotInactive("walex");
        WalEx next = walEx(middleware(kind));
        try {
            return next.changes().map(MiddlewareIT::id).blockFirst(PATIENCE);
        } finally {
            next.closeGracefully().block(PATIENCE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"transforming", "spool"})
    void cancellingConfirmsWhatWasAcknowledgedJustBefore(String kind) {
        WalEx walEx = walEx(middleware(kind));
        assertThat(acknowledged(walEx).take(2).collectList().block(PATIENCE)).containsExactly(1, 2);
        walEx.closeGracefully().block(PATIENCE);

        assertThat(firstOfTheNext(kind)).isEqualTo(3);
    }

    /** A transaction behind the last would be cut, and its consumer fail. */
    @ParameterizedTest
    @ValueSource(strings = {"transforming", "spool", "queueing"})
    void gracefulCloseHandsOutNoTransactionBehindTheOneInHand(String kind) {
        WalEx walEx = walEx(middleware(kind));
        Sinks.Empty<Void> inHand = Sinks.empty();
        Sinks.Empty<Void> goOn = Sinks.empty();
        Seen<Object> handled = streams.start(walEx.transactions()
                .concatMap(
                        transaction -> transaction
                                .events()
                                .doOnNext(event -> inHand.tryEmitEmpty())
                                .delayUntil(event -> goOn.asMono())
                                .map(MiddlewareIT::id)
                                .doOnComplete(transaction::acknowledge),
                        0)
                .onErrorReturn("failed"));
        inHand.asMono().block(PATIENCE);
        Mono<Void> closed = walEx.closeGracefully().cache();
        streams.add(closed.subscribe());
        goOn.tryEmitEmpty();
        closed.block(PATIENCE);

        assertThat(handled.all()).containsExactly(1);
        assertThat(firstOfTheNext(kind)).isEqualTo(2);
    }

    /** Between the acknowledgement and the cancellation of the stream there is only the transaction's end. */
    @ParameterizedTest
    @ValueSource(strings = {"transforming", "spool"})
    void acknowledgementInTheTransactionThatIsConsumedAtACancelCounts(String kind) {
        postgres.execute("INSERT INTO todo VALUES (4)", "INSERT INTO todo VALUES (5)", "INSERT INTO todo VALUES (6)");
        List<Object> seen = new ArrayList<>();

        for (int i = 1; i <= 6; i++) {
            WalEx walEx = walEx(middleware(kind));
            seen.add(walEx.transactions()
                    .take(1)
                    .concatMap(MiddlewareIT::acknowledged, 0)
                    .blockLast(PATIENCE));
            walEx.closeGracefully().block(PATIENCE);
            postgres.awaitSlotInactive("walex");
        }

        assertThat(seen).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"transforming", "spool"})
    void closingConfirmsWhatWasAcknowledgedJustBefore(String kind) {
        WalEx walEx = walEx(middleware(kind));

        StepVerifier.create(acknowledged(walEx), 2)
                .expectNext(1, 2)
                .then(() -> walEx.closeGracefully().block(PATIENCE))
                .expectComplete()
                .verify(PATIENCE);

        assertThat(firstOfTheNext(kind)).isEqualTo(3);
    }

    /** The middleware holds all three until then. */
    @Test
    void confirmsWhatIsAcknowledgedAfterTheCloseBegan() {
        int signals = 3 * 3;
        AtomicInteger held = new AtomicInteger();
        Sinks.Empty<Void> closing = Sinks.empty();
        WalEx walEx = walEx(Middleware.transforming(stream -> stream.doOnNext(signal -> held.incrementAndGet())
                .doOnComplete(closing::tryEmitEmpty)
                .concatMap(signal -> closing.asMono().then(Mono.just(signal)), signals)));

        StepVerifier.create(acknowledged(walEx))
                .then(() -> await().atMost(PATIENCE).until(() -> held.get() == signals))
                .then(() -> walEx.closeGracefully().block(PATIENCE))
                .expectNext(1, 2, 3)
                .expectComplete()
                .verify(PATIENCE);

        postgres.execute("INSERT INTO todo VALUES (4)");
        assertThat(firstOfTheNext("transforming")).isEqualTo(4);
    }

    /** The spool has handed out all three until then, and has ended before any of them is asked for. */
    @Test
    void aSpoolRemembersWhatIsAcknowledgedAfterTheCloseBegan() {
        int signals = 3 * 3;
        AtomicInteger handedOut = new AtomicInteger();
        Sinks.Empty<Void> spoolEnded = Sinks.empty();
        Middleware spool = DiskSpool.in(directory);
        WalEx walEx = walEx((stream, link) -> spool.apply(stream, link)
                .doOnNext(signal -> handedOut.incrementAndGet())
                .doOnComplete(spoolEnded::tryEmitEmpty));

        StepVerifier.create(acknowledged(walEx), 0)
                .then(() -> await().atMost(PATIENCE).until(() -> handedOut.get() == signals))
                .then(() -> walEx.closeGracefully().subscribe())
                .then(() -> spoolEnded.asMono().block(PATIENCE))
                .thenRequest(Long.MAX_VALUE)
                .expectNext(1, 2, 3)
                .expectComplete()
                .verify(PATIENCE);

        postgres.execute("INSERT INTO todo VALUES (4)");
        assertThat(firstOfTheNext("spool")).isEqualTo(4);
    }

    /** What waits for its demand is left behind, and comes to the next. */
    @ParameterizedTest
    @ValueSource(strings = {"transforming", "spool", "queueing"})
    void closesWhileTheConsumerStalls(String kind) {
        postgres.execute("INSERT INTO todo SELECT * FROM generate_series(4, 100)");
        WalEx walEx = walEx(middleware(kind));

        StepVerifier.create(walEx.changes().map(MiddlewareIT::id), 2)
                .expectNext(1, 2)
                .then(() -> walEx.closeGracefully().block(PATIENCE))
                .expectComplete()
                .verify(PATIENCE);

        assertThat(firstOfTheNext(kind)).isEqualTo(2);
    }

    @Test
    void gapIsToldBehindWhatWasReceivedBeforeIt() {
        List<Object> seen = new CopyOnWriteArrayList<>();
        List<ConnectionState> states = new CopyOnWriteArrayList<>();
        AtomicInteger events = new AtomicInteger();
        BaseSubscriber<Event> consumer = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(1);
            }

            @Override
            protected void hookOnNext(Event event) {
                seen.add(id(event));
            }
        };
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            WalEx walEx = WalEx.create(streams.config()
                    .host(proxy.host())
                    .port(proxy.port())
                    .slot(SlotSpec.temporary().resumeWithGap(seen::add))
                    .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(50)))
                    .middleware(Middleware.transforming(signals -> signals.doOnNext(signal -> {
                        if (signal instanceof Event) {
                            events.incrementAndGet();
                        }
                    })))
                    .build());
            walEx.states().subscribe(states::add);
            walEx.changes().subscribe(consumer);
            walEx.awaitStreaming().block(PATIENCE);
            postgres.execute("INSERT INTO todo VALUES (11)", "INSERT INTO todo VALUES (12)");
            await().atMost(PATIENCE).until(() -> events.get() == 2);

            proxy.reset();
            await().atMost(PATIENCE)
                    .until(() -> states.stream().anyMatch(state -> state instanceof ConnectionState.Resumed));
            walEx.awaitStreaming().block(PATIENCE);
            postgres.execute("INSERT INTO todo VALUES (13)");
            await().atMost(PATIENCE).until(() -> events.get() == 3);
            consumer.request(Long.MAX_VALUE);

            await().atMost(PATIENCE).until(() -> seen.size() == 4);
            assertThat(seen.get(2)).isInstanceOf(Gap.class);
            assertThat(seen).startsWith(11, 12).endsWith(13);
            walEx.closeGracefully().block(PATIENCE);
        }
    }

    private static Stream<Middleware> failing() {
        return Stream.of(
                Middleware.transforming(signals -> signals.map(signal -> {
                    throw new IllegalArgumentException("mine");
                })),
                (signals, link) -> {
                    throw new IllegalArgumentException("mine");
                });
    }

    @Test
    void errorOfAMiddlewareIsWhyTheStreamStopped() {
        for (Middleware middleware : failing().toList()) {
            WalEx walEx = walEx(middleware);
            List<ConnectionState> states = new CopyOnWriteArrayList<>();
            walEx.states().subscribe(states::add);

            StepVerifier.create(walEx.changes()).expectErrorMessage("mine").verify(PATIENCE);

            // It has stopped when its subscriber knows.
            await().until(() -> !states.isEmpty() && states.get(states.size() - 1) instanceof Stopped);
            assertThat(((Stopped) states.get(states.size() - 1)).because()).hasMessage("mine");
            StepVerifier.create(walEx.awaitStreaming())
                    .expectErrorMessage("mine")
                    .verify(PATIENCE);
        }
    }

    @Test
    void anyTransformerMayStandThere() {
        postgres.execute("CREATE TABLE keyed (id int PRIMARY KEY)", "ALTER PUBLICATION events ADD TABLE keyed");
        Seen<String> names = startWith(Middleware.transforming(signals -> signals.filter(
                signal -> !(signal instanceof Event event && event.name().equals("todo")))));
        postgres.executeInTransaction("INSERT INTO todo VALUES (4)", "INSERT INTO keyed VALUES (1)");

        streams.awaitConfirmed(postgres.currentLsn());
        assertThat(names.all()).containsExactly("keyed");
    }

    @Test
    void transactionsWithoutTheirEventsAreConfirmed() {
        Seen<String> names =
                startWith(Middleware.transforming(signals -> signals.filter(signal -> !(signal instanceof Event))));
        postgres.execute("INSERT INTO todo VALUES (4)", "INSERT INTO todo VALUES (5)");

        streams.awaitConfirmed(postgres.currentLsn());
        assertThat(names.all()).isEmpty();
    }

    private Seen<String> startWith(Middleware middleware) {
        Seen<String> names = streams.start(streams.create(streams.config().middleware(middleware))
                .changes()
                .map(Event::name));
        postgres.awaitSlotActive("walex");
        return names;
    }
}
