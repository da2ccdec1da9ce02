package io.walex.reactive.guarantees.failure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.stream.ConnectionState.Stopped;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What Reactor's operators rethrow instead of signalling, thrown by a subscriber's code on the event loop. */
class SubscriberErrorsIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void createTable() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    static Stream<Named<Function<WalEx, Flux<?>>>> pipelines() {
        return Stream.of(
                Named.of("map", walex -> walex.changes().map(SubscriberErrorsIT::fail)),
                Named.of("concatMap", walex -> walex.changes().concatMap(SubscriberErrorsIT::fail)),
                Named.of("filter", walex -> walex.changes().filter(event -> overflow() > 0)),
                Named.of("transactions", walex -> walex.transactions().concatMap(SubscriberErrorsIT::fail)),
                Named.of(
                        "events",
                        walex -> walex.transactions()
                                .concatMap(transaction -> transaction.events().map(SubscriberErrorsIT::fail))));
    }

    private static Mono<String> fail(Object value) {
        throw new NoClassDefFoundError("needed by " + value);
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int overflow() {
        return overflow() + 1;
    }

    /** Beside a heartbeat, whose operator must not be left half-way. */
    @ParameterizedTest
    @MethodSource("pipelines")
    void endTheStreamAndAreToldToTheSubscriber(Function<WalEx, Flux<?>> pipeline) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<ConnectionState> states = new CopyOnWriteArrayList<>();
        WalEx walex =
                WalEx.create(streams.config().heartbeat(Duration.ofMinutes(1)).build());
        walex.states().subscribe(states::add);
        postgres.execute("INSERT INTO todo VALUES (1)");

        streams.add(pipeline.apply(walex).subscribe(value -> {}, failure::set));

        await().atMost(PATIENCE).until(() -> failure.get() != null);
        assertThat(failure.get()).rootCause().isInstanceOfAny(LinkageError.class, StackOverflowError.class);
        await().atMost(PATIENCE).until(() -> states.stream().anyMatch(Stopped.class::isInstance));
        postgres.awaitSlotInactive("walex");
        walex.closeGracefully().block(PATIENCE);
    }
}
