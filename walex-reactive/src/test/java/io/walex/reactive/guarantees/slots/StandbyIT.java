package io.walex.reactive.guarantees.slots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.config.WhenInUse;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.error.SlotInvalidatedException;
import io.walex.reactive.error.TransactionAbandonedException;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import io.walex.reactive.testsupport.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.util.retry.Retry;

/** Consumers that take turns at a slot. */
class StandbyIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void createTable() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY)",
                "CREATE TABLE finished ()",
                "CREATE PUBLICATION events FOR TABLE todo");
    }

    private WalExConfig config() {
        return streams.config()
                .slot(SlotSpec.durable(postgres.name()).whenInUse(WhenInUse.WAIT))
                .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(200)))
                .build();
    }

    @Test
    void standbyTakesOverAtOnceWithoutLossUnderLoad() {
        // Whoever waited for another attempt would wait too long.
        WalExConfig config = config().mutate()
                .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMinutes(10)))
                .build();
        WalEx.setup(config).block(PATIENCE);
        List<Integer> received = Collections.synchronizedList(new ArrayList<>());
        CompletableFuture<Void> writer = write();
        WalEx owner = WalEx.create(config);
        streams.add(owner.changes()
                .subscribe(event -> received.add((Integer) event.newRecord().get("id"))));
        owner.awaitStreaming().block(PATIENCE);

        for (int handovers = 0; handovers < 3; handovers++) {
            WalEx standby = WalEx.create(config);
            List<ConnectionState> states = Collections.synchronizedList(new ArrayList<>());
            standby.states().subscribe(states::add);
            streams.add(standby.changes()
                    .subscribe(event -> received.add((Integer) event.newRecord().get("id"))));
            await().until(() -> states.stream().anyMatch(state -> state instanceof ConnectionState.StandingBy));
            int before = received.size();
            await().until(() -> received.size() > before + 20);

            owner.closeGracefully().block(PATIENCE);
            standby.awaitStreaming().block(PATIENCE);
            owner = standby;
        }

        int last = finish(writer);
        await().atMost(PATIENCE).until(() -> received.contains(last));
        // Both confirm before they go, so not even a duplicate.
        assertThat(received)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, last).boxed().toList());
    }

    @Test
    void ownerThatLostItsConnectionStandsByAndGoesOnWhereThePairIs() {
        WalExConfig config = config();
        WalEx.setup(config).block(PATIENCE);
        List<Integer> received = Collections.synchronizedList(new ArrayList<>());
        List<ConnectionState> states = Collections.synchronizedList(new ArrayList<>());
        CompletableFuture<Void> writer = write();
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            WalEx owner = WalEx.create(
                    config.mutate().host(proxy.host()).port(proxy.port()).build());
            owner.states().subscribe(states::add);
            streams.add(owner.changes()
                    .subscribe(event -> received.add((Integer) event.newRecord().get("id"))));
            owner.awaitStreaming().block(PATIENCE);

            for (int broken = 1; broken <= 2; broken++) {
                WalEx standby = WalEx.create(config);
                AtomicInteger there = new AtomicInteger();
                streams.add(standby.changes()
                        .doOnNext(event -> there.incrementAndGet())
                        .subscribe(event ->
                                received.add((Integer) event.newRecord().get("id"))));
                awaitState(standby, ConnectionState.StandingBy.class);
                proxy.refuse();
                proxy.reset();
                await().atMost(PATIENCE).until(() -> there.get() > 20);
                proxy.accept();
                awaitState(owner, ConnectionState.StandingBy.class);

                standby.closeGracefully().block(PATIENCE);
                awaitState(owner, ConnectionState.Streaming.class);
            }

            int last = finish(writer);
            await().atMost(PATIENCE).until(() -> received.contains(last));
            assertThat(new TreeSet<>(received))
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, last).boxed().toList());
            assertThat(states)
                    .filteredOn(state -> state instanceof ConnectionState.TakenOver)
                    .hasSize(2)
                    .allSatisfy(state -> assertThat(((ConnectionState.TakenOver) state).until())
                            .isGreaterThan(((ConnectionState.TakenOver) state).after()));
        }
    }

    /** Its address has worked, though it has not streamed yet. */
    @Test
    void standbyOutlivesAnOutageOfTheServer() {
        WalExConfig config = config();
        WalEx.setup(config).block(PATIENCE);
        WalEx owner = WalEx.create(config);
        Disposable owning = owner.changes().subscribe();
        streams.add(owning);
        owner.awaitStreaming().block(PATIENCE);
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            WalEx standby = WalEx.create(
                    config.mutate().host(proxy.host()).port(proxy.port()).build());
            List<ConnectionState> states = Collections.synchronizedList(new ArrayList<>());
            standby.states().subscribe(states::add);
            List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
            List<Object> received = Collections.synchronizedList(new ArrayList<>());
            streams.add(standby.changes()
                    .subscribe(event -> received.add(event.newRecord().get("id")), failures::add));
            awaitState(standby, ConnectionState.StandingBy.class);

            proxy.refuse();
            proxy.reset();
            await().atMost(PATIENCE)
                    .until(() -> !failures.isEmpty()
                            || states.stream()
                                    .anyMatch(state -> state instanceof ConnectionState.Reconnecting reconnecting
                                            && reconnecting.because() instanceof ServerUnreachableException));
            owning.dispose();
            postgres.awaitSlotInactive(postgres.name());
            proxy.accept();
            postgres.execute("INSERT INTO todo VALUES (1)");

            await().atMost(PATIENCE).until(() -> !failures.isEmpty() || !received.isEmpty());
            assertThat(failures).isEmpty();
            assertThat(received).containsExactly(1);
        }
    }

    /** Made anew by the one that stood by, it would begin behind what the owner had not done. */
    @Test
    void slotThatAStandbyFindsDroppedAfterAnOutageIsAnError() {
        WalExConfig config = config();
        WalEx owner = WalEx.create(config);
        Disposable owning = owner.changes().subscribe();
        streams.add(owning);
        owner.awaitStreaming().block(PATIENCE);
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            WalEx standby = WalEx.create(
                    config.mutate().host(proxy.host()).port(proxy.port()).build());

            StepVerifier.create(standby.changes())
                    .then(() -> awaitState(standby, ConnectionState.StandingBy.class))
                    .then(proxy::refuse)
                    .then(proxy::reset)
                    .then(owning::dispose)
                    .then(() -> postgres.awaitSlotInactive(postgres.name()))
                    .then(() -> postgres.execute("SELECT pg_drop_replication_slot('" + postgres.name() + "')"))
                    .then(proxy::accept)
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(SlotInvalidatedException.class)
                            .hasMessageContainingAll(postgres.name(), "was dropped"))
                    .verify(PATIENCE);
        }
    }

    /** Received in part here, in whole and confirmed there: it will not come again, and must not hold the slot. */
    @Test
    void transactionThatThePairFinishedElsewhereFailsHere() {
        WalExConfig config = config();
        WalEx.setup(config).block(PATIENCE);
        List<Object> seen = Collections.synchronizedList(new ArrayList<>());
        List<ConnectionState.TakenOver> takenOver = Collections.synchronizedList(new ArrayList<>());
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            WalEx owner = WalEx.create(
                    config.mutate().host(proxy.host()).port(proxy.port()).build());
            owner.states().ofType(ConnectionState.TakenOver.class).subscribe(takenOver::add);
            streams.add(owner.transactions()
                    .concatMap(
                            transaction -> transaction
                                    .events()
                                    .doOnNext(event -> {
                                        if (event.newRecord().get("id").equals(100)) {
                                            proxy.refuse();
                                            proxy.reset();
                                        }
                                    })
                                    .count()
                                    .<Object>map(count -> count)
                                    .doOnNext(count -> transaction.acknowledge())
                                    .onErrorResume(Mono::just),
                            0)
                    .subscribe(seen::add, seen::add));
            owner.awaitStreaming().block(PATIENCE);
            WalEx standby = WalEx.create(config);
            List<Integer> elsewhere = Collections.synchronizedList(new ArrayList<>());
            streams.add(standby.changes()
                    .subscribe(
                            event -> elsewhere.add((Integer) event.newRecord().get("id"))));
            awaitState(standby, ConnectionState.StandingBy.class);
            postgres.execute("INSERT INTO todo SELECT * FROM generate_series(1, 20000)");
            await().atMost(PATIENCE).until(() -> elsewhere.contains(20_000));
            proxy.accept();
            awaitState(owner, ConnectionState.StandingBy.class);
            standby.closeGracefully().block(PATIENCE);

            postgres.execute("INSERT INTO todo VALUES (30001)");
            await().atMost(PATIENCE).until(() -> seen.size() >= 2);
            assertThat(seen.get(0)).isInstanceOf(TransactionAbandonedException.class);
            assertThat((Throwable) seen.get(0)).hasMessageContaining("another consumer");
            assertThat(seen.get(1)).isEqualTo(1L);
            assertThat(takenOver)
                    .singleElement()
                    .satisfies(state -> assertThat(state.after()).isLessThan(state.until()));
            Lsn end = postgres.currentLsn();
            postgres.slots()
                    .await(postgres.name(), slot -> slot.confirmedFlushLsn().compareTo(end) >= 0);
        }
    }

    /** One transaction after the other, for as long as the test takes. */
    private CompletableFuture<Void> write() {
        return CompletableFuture.runAsync(
                () -> postgres.execute(
                        "DO $$ DECLARE i int := 0; BEGIN WHILE NOT EXISTS (SELECT FROM finished) LOOP"
                                + " i := i + 1; INSERT INTO todo VALUES (i); COMMIT; PERFORM pg_sleep(0.001); END LOOP; END $$"));
    }

    /** Returns what was written last. */
    private int finish(CompletableFuture<Void> writer) {
        postgres.execute("INSERT INTO finished DEFAULT VALUES");
        writer.join();
        return postgres.queryOne("SELECT max(id) FROM todo", row -> row.getInt(1));
    }

    private static void awaitState(WalEx walEx, Class<? extends ConnectionState> type) {
        walEx.states().filter(type::isInstance).blockFirst(PATIENCE);
    }
}
