package io.walex.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.ConnectionState.Stopped;
import io.walex.reactive.testsupport.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What Reactor's operators rethrow instead of signalling, thrown by a subscriber's code on the event loop. */
class SubscriberErrorsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    private Disposable running = () -> {};

    @BeforeEach
    void createTable() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    @AfterEach
    void stop() {
        running.dispose();
    }

    @SuppressWarnings("ImmutableEnumChecker")
    enum Pipeline {
        MAP(walex -> walex.changes().map(Pipeline::fail)),
        CONCAT_MAP(walex -> walex.changes().concatMap(Pipeline::fail)),
        TRANSACTIONS(walex -> walex.transactions().concatMap(Pipeline::fail)),
        EVENTS(walex -> walex.transactions()
                .concatMap(transaction -> transaction.events().map(Pipeline::fail))),
        FILTER(walex -> walex.changes().filter(event -> overflow() > 0));

        private final Function<WalEx, Flux<?>> pipeline;

        Pipeline(Function<WalEx, Flux<?>> pipeline) {
            this.pipeline = pipeline;
        }

        private static Mono<String> fail(Object value) {
            throw new NoClassDefFoundError("com/example/Missing");
        }

        @SuppressWarnings("InfiniteRecursion")
        private static int overflow() {
            return overflow() + 1;
        }
    }

    /** Beside a heartbeat, whose operator must not be left half-way. */
    @ParameterizedTest
    @EnumSource(Pipeline.class)
    void endTheStreamAndAreToldToTheSubscriber(Pipeline pipeline) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<ConnectionState> states = new CopyOnWriteArrayList<>();
        WalEx walex = WalEx.create(WalExConfig.fromUrl(postgres.url())
                .publication("events")
                .slot(SlotSpec.durable("walex"))
                .heartbeat(Duration.ofMinutes(1))
                .build());
        walex.states().subscribe(states::add);
        postgres.execute("INSERT INTO todo VALUES (1)");

        running = pipeline.pipeline.apply(walex).subscribe(value -> {}, failure::set);

        await().atMost(PATIENCE).until(() -> failure.get() != null);
        assertThat(failure.get()).rootCause().isInstanceOfAny(LinkageError.class, StackOverflowError.class);
        await().atMost(PATIENCE).until(() -> states.stream().anyMatch(Stopped.class::isInstance));
        postgres.awaitSlotInactive("walex");
        walex.closeGracefully().block(PATIENCE);
    }
}
