package io.walex.reactive.guarantees.slots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.config.WhenInUse;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.error.SlotInvalidatedException;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import io.walex.reactive.testsupport.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.util.retry.Retry;

/** A slot that is taken, lost, moved or made anew behind the stream's back. */
class SlotsIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void createTable() {
        postgres.execute("CREATE TABLE todo (id int PRIMARY KEY)", "CREATE PUBLICATION events FOR TABLE todo");
    }

    private WalExConfig.Builder config() {
        return streams.config()
                .slot(SlotSpec.durable(postgres.name()))
                .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(200)));
    }

    @Test
    void slotThatAnotherConsumerTookIsAnErrorWhenReconnecting() {
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            WalEx walEx =
                    WalEx.create(config().host(proxy.host()).port(proxy.port()).build());

            StepVerifier.create(walEx.changes())
                    .then(() -> walEx.awaitStreaming().block(PATIENCE))
                    .then(proxy::refuse)
                    .then(proxy::reset)
                    .then(() -> postgres.awaitSlotInactive(postgres.name()))
                    .then(() -> startAnother())
                    .then(proxy::accept)
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(SlotInUseException.class)
                            .hasMessageContainingAll(postgres.name(), "is active for PID", "whenInUse(WAIT)"))
                    .verify(PATIENCE);
        }
    }

    private void startAnother() {
        WalEx walEx = WalEx.create(config().build());
        streams.add(walEx.changes().subscribe());
        walEx.awaitStreaming().block(PATIENCE);
    }

    @Test
    void walsenderOfOurOwnThatTheServerStillBelievesInIsWaitedFor() {
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            List<Object> seen = Collections.synchronizedList(new ArrayList<>());
            WalEx walEx = WalEx.create(config().host(proxy.host())
                    .port(proxy.port())
                    .livenessTimeout(Duration.ofSeconds(2))
                    .connectTimeout(Duration.ofSeconds(3))
                    .build());
            streams.add(walEx.changes()
                    .subscribe(event -> seen.add(event.newRecord().get("id")), seen::add));
            walEx.awaitStreaming().block(PATIENCE);

            proxy.pause();
            awaitState(walEx, ConnectionState.Reconnecting.class);
            walEx.reconfigure(c -> c.host(postgres.host()).port(postgres.port()));
            postgres.execute("INSERT INTO todo VALUES (1)");
            await().during(Duration.ofSeconds(3)).until(seen::isEmpty);
            proxy.reset();

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(List.copyOf(seen)).containsExactly(1));
        }
    }

    @Test
    void streamRightAfterACancelWaitsForTheSlot() {
        WalEx.setup(config().build()).block(PATIENCE);
        for (int i = 1; i <= 5; i++) {
            postgres.execute("INSERT INTO todo VALUES (" + i + ")");
            assertThat(WalEx.changes(config().build()).blockFirst(PATIENCE)).isNotNull();
        }
    }

    @Test
    void droppedSlotIsAnError() {
        assertInvalidated(
                () -> postgres.execute("SELECT pg_drop_replication_slot('" + postgres.name() + "')"), "was dropped");
    }

    @Test
    void slotMadeAnewIsAnError() {
        assertInvalidated(
                () -> postgres.execute(
                        "SELECT pg_drop_replication_slot('" + postgres.name() + "')",
                        "INSERT INTO todo VALUES (2)",
                        "SELECT pg_create_logical_replication_slot('" + postgres.name() + "', 'pgoutput')"),
                "made anew or moved by somebody else");
    }

    /** It looks moved by another consumer, but what the server counts of it. */
    @Test
    void slotMadeAnewIsAnErrorWhereConsumersTakeTurnsToo() {
        String slot = "'" + postgres.name() + "'";
        postgres.execute(
                "SELECT pg_create_logical_replication_slot(" + slot + ", 'pgoutput')",
                "INSERT INTO todo VALUES (0)",
                "SELECT count(*) FROM pg_logical_slot_get_binary_changes(" + slot
                        + ", NULL, NULL, 'proto_version', '1', 'publication_names', 'events')");
        awaitDecoded(1);

        assertInvalidated(
                config().slot(SlotSpec.durable(postgres.name()).whenInUse(WhenInUse.WAIT)),
                () -> {
                    postgres.execute(
                            "SELECT pg_drop_replication_slot(" + slot + ")",
                            "INSERT INTO todo VALUES (2)",
                            "SELECT pg_create_logical_replication_slot(" + slot + ", 'pgoutput')",
                            "INSERT INTO todo VALUES (3)");
                    awaitDecoded(0);
                },
                "was made anew by somebody else");
    }

    /** PostgreSQL 14 tells its statistics late. */
    private void awaitDecoded(int transactions) {
        await().atMost(PATIENCE)
                .until(() -> postgres.queryText("SELECT total_txns FROM pg_stat_replication_slots WHERE slot_name = '"
                                + postgres.name() + "'")
                        .equals(String.valueOf(transactions)));
    }

    @Test
    void slotAdvancedBySomebodyElseIsAnError() {
        assertInvalidated(
                () -> postgres.execute(
                        "INSERT INTO todo VALUES (2)",
                        "SELECT pg_replication_slot_advance('" + postgres.name() + "', pg_current_wal_lsn())"),
                "made anew or moved by somebody else");
    }

    /** After it was looked at, and before it is started. */
    @Test
    void slotAdvancedWhileItIsConnectedToIsAnError() {
        AtomicInteger connections = new AtomicInteger();
        WalEx walEx = WalEx.create(
                config().middleware(advancingTheSlotAtTheSecond(connections)).build());

        idsAcrossAReconnect(walEx)
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(SlotInvalidatedException.class)
                        .hasMessageContaining("moved by somebody else"))
                .verify(PATIENCE);
        assertThat(connections).hasValue(2);
    }

    @Test
    void slotThatThePairAdvancedWhileItIsConnectedToIsTakenOver() {
        AtomicInteger connections = new AtomicInteger();
        WalEx walEx =
                WalEx.create(config().slot(SlotSpec.durable(postgres.name()).whenInUse(WhenInUse.WAIT))
                        .middleware(advancingTheSlotAtTheSecond(connections))
                        .build());
        List<ConnectionState> states = Collections.synchronizedList(new ArrayList<>());
        walEx.states().subscribe(states::add);

        idsAcrossAReconnect(walEx)
                .then(() -> await().atMost(PATIENCE).until(() -> connections.get() == 3))
                .then(() -> postgres.execute("INSERT INTO todo VALUES (3)"))
                .expectNext(3)
                .then(() -> walEx.closeGracefully().block(PATIENCE))
                .expectComplete()
                .verify(PATIENCE);
        assertThat(states).hasAtLeastOneElementOfType(ConnectionState.TakenOver.class);
    }

    private StepVerifier.Step<Object> idsAcrossAReconnect(WalEx walEx) {
        return StepVerifier.create(
                        walEx.changes().map(event -> event.newRecord().get("id")))
                .then(() -> walEx.awaitStreaming().block(PATIENCE))
                .then(() -> postgres.execute("INSERT INTO todo VALUES (1)"))
                .expectNext(1)
                .then(() -> postgres.terminateWalsenders(postgres.name()));
    }

    /** Has the slot skip 2. A middleware is told of a connection between the two. */
    private Middleware advancingTheSlotAtTheSecond(AtomicInteger connections) {
        Mono<Void> advance = Mono.<Void>fromRunnable(() -> postgres.execute(
                        "INSERT INTO todo VALUES (2)",
                        "SELECT pg_replication_slot_advance('" + postgres.name() + "', pg_current_wal_lsn())"))
                .subscribeOn(Schedulers.boundedElastic());
        return (signals, link) -> {
            link.onConnected(server -> connections.incrementAndGet() == 2 ? advance : Mono.empty());
            return signals;
        };
    }

    private void assertInvalidated(Runnable tampering, String message) {
        assertInvalidated(config(), tampering, message);
    }

    private void assertInvalidated(WalExConfig.Builder config, Runnable tampering, String message) {
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            WalEx walEx =
                    WalEx.create(config.host(proxy.host()).port(proxy.port()).build());

            StepVerifier.create(walEx.changes())
                    .then(() -> walEx.awaitStreaming().block(PATIENCE))
                    .then(() -> postgres.execute("INSERT INTO todo VALUES (1)"))
                    .expectNextCount(1)
                    .then(proxy::refuse)
                    .then(proxy::reset)
                    .then(() -> postgres.awaitSlotInactive(postgres.name()))
                    .then(tampering)
                    .then(proxy::accept)
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(SlotInvalidatedException.class)
                            .hasMessageContainingAll(postgres.name(), message))
                    .verify(PATIENCE);
        }
    }

    private static void awaitState(WalEx walEx, Class<? extends ConnectionState> type) {
        walEx.states().filter(type::isInstance).blockFirst(PATIENCE);
    }
}
