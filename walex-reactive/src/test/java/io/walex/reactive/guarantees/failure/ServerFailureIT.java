package io.walex.reactive.guarantees.failure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.CapacityException;
import io.walex.reactive.error.SlotInvalidatedException;
import io.walex.reactive.event.Event;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.EmbeddedServer.StopMode;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import io.walex.reactive.testsupport.TcpProxy;
import io.walex.reactive.testsupport.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.test.StepVerifier;
import reactor.util.retry.Retry;

/** What a subscriber notices when the server itself fails, on a server of the test's own. */
class ServerFailureIT {

    private static EmbeddedServer server;

    private TestDatabase database;

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(() -> database);

    private final Seen<Integer> received = new Seen<>();
    private final List<ConnectionState> states = Collections.synchronizedList(new ArrayList<>());

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start(
                PostgresServer.DEFAULT_MAJOR,
                Map.of("wal_sender_timeout", "4s", "min_wal_size", "32MB", "max_wal_size", "32MB"));
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void createSlot() {
        database = server.createDatabase();
        database.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, body text)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    @AfterEach
    void drop() {
        database.drop();
    }

    private WalExConfig.Builder config() {
        return streams.config().retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(100)));
    }

    private void start(WalExConfig config) {
        WalEx walEx = WalEx.create(config);
        walEx.states().subscribe(states::add);
        streams.start(walEx.changes().map(ServerFailureIT::id), received);
        walEx.awaitStreaming().block(PATIENCE);
    }

    private static Integer id(Event event) {
        return (Integer) event.newRecord().get("id");
    }

    private void insert(int from, int to) {
        database.execute("INSERT INTO todo SELECT i, 'x' FROM generate_series(" + from + ", " + to + ") i");
    }

    private void awaitReceived(int last) {
        received.awaitAll(IntStream.rangeClosed(1, last).boxed().toList());
    }

    @Test
    void crashAndRecovery() {
        start(config().build());
        insert(1, 100);
        awaitReceived(100);

        server.restart(StopMode.IMMEDIATE);
        insert(101, 200);

        awaitReceived(200);
        assertThat(states.stream().filter(state -> state instanceof ConnectionState.Streaming))
                .hasSize(2);
    }

    @Test
    void orderlyRestart() {
        start(config().build());
        insert(1, 100);
        awaitReceived(100);

        server.restart(StopMode.FAST);
        insert(101, 200);

        awaitReceived(200);
    }

    /** Smart shutdown waits for walsenders, and they wait until we have confirmed everything. */
    @Test
    void smartShutdownIsNotHeldUp() {
        start(config().build());
        insert(1, 100);

        server.restart(StopMode.SMART);
        insert(101, 200);

        awaitReceived(200);
    }

    @Test
    void withoutDemandTheConnectionOutlivesTheServersTimeout() {
        database.execute("INSERT INTO todo SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i");
        WalEx walEx = WalEx.create(config().build());
        walEx.states().subscribe(states::add);

        StepVerifier.create(walEx.changes().map(ServerFailureIT::id), 0)
                .thenAwait(Duration.ofSeconds(10))
                .then(() -> await().until(this::walsenderWaitsFor, "WalSenderWriteData"::equals))
                .thenRequest(1)
                .expectNext(1)
                .thenRequest(19_999)
                .expectNextSequence(IntStream.rangeClosed(2, 20_000).boxed().toList())
                .thenCancel()
                .verify(PATIENCE);

        assertThat(states).noneMatch(state -> state instanceof ConnectionState.Reconnecting);
    }

    private String walsenderWaitsFor() {
        return database.queryText("SELECT wait_event FROM pg_stat_activity WHERE application_name = '" + database.name()
                + "' AND backend_type = 'walsender'");
    }

    @Test
    void slotThatTheServerGaveUpIsAnError() {
        database.execute("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'", "SELECT pg_reload_conf()");
        try (TcpProxy proxy = TcpProxy.to(server)) {
            WalEx walEx =
                    WalEx.create(config().host(proxy.host()).port(proxy.port()).build());

            StepVerifier.create(walEx.changes())
                    .then(() -> walEx.awaitStreaming().block(PATIENCE))
                    .then(proxy::refuse)
                    .then(proxy::reset)
                    .then(() -> database.awaitSlotInactive("walex"))
                    .then(this::outgrowTheSlot)
                    .then(proxy::accept)
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(SlotInvalidatedException.class)
                            .hasMessageContainingAll("walex", "invalidated", "max_slot_wal_keep_size"))
                    .verify(PATIENCE);
        } finally {
            database.execute("ALTER SYSTEM RESET max_slot_wal_keep_size", "SELECT pg_reload_conf()");
        }
    }

    private void outgrowTheSlot() {
        for (int i = 0; i < 8; i++) {
            database.execute(
                    "INSERT INTO todo SELECT " + i + " * 10000 + i, repeat('x', 1000) FROM generate_series(1, 9999) i",
                    "SELECT pg_switch_wal()",
                    "CHECKPOINT");
        }
    }

    @Test
    void slotsAndWalsendersThatRanOutAreCapacityErrors() {
        database.execute("ALTER SYSTEM SET max_replication_slots = 1", "ALTER SYSTEM SET max_wal_senders = 1");
        server.restart(StopMode.FAST);
        try {
            StepVerifier.create(WalEx.changes(
                            config().slot(SlotSpec.durable("another")).build()))
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(CapacityException.class)
                            .hasMessageContaining("max_replication_slots"))
                    .verify(PATIENCE);
            // The walsender may outlive its connection for a moment.
            await().until(() -> database.queryText(
                            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender'")
                    .equals("0"));
            start(config().build());
            StepVerifier.create(
                            WalEx.changes(config().slot(SlotSpec.temporary()).build()))
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(CapacityException.class)
                            .hasMessageContaining("max_wal_senders"))
                    .verify(PATIENCE);
            assertThat(WalEx.preflight(
                                    config().slot(SlotSpec.durable("another")).build())
                            .block(PATIENCE)
                            .toString())
                    .contains("FAILS max_wal_senders", "FAILS max_replication_slots");
        } finally {
            streams.stop();
            database.execute("ALTER SYSTEM RESET max_replication_slots", "ALTER SYSTEM RESET max_wal_senders");
            server.restart(StopMode.FAST);
        }
    }

    @Test
    void anotherClusterBehindTheSameAddressIsAnError() {
        assertThatAnotherClusterIsAnError(SlotSpec.durable("walex"));
    }

    /** Its LSNs have nothing to do with those before, so nothing could tell its changes from what was delivered. */
    @Test
    void anotherClusterIsNoGapEither() {
        assertThatAnotherClusterIsAnError(SlotSpec.temporary().resumeWithGap(gap -> {}));
    }

    private void assertThatAnotherClusterIsAnError(SlotSpec slot) {
        try (EmbeddedServer other = PostgresServer.start(PostgresServer.DEFAULT_MAJOR, Map.of());
                TcpProxy proxy = TcpProxy.to(server)) {
            other.database("postgres").execute("CREATE DATABASE " + database.name());
            other.database(database.name())
                    .execute("CREATE TABLE todo (id int)", "CREATE PUBLICATION events FOR TABLE todo");
            WalEx walEx = WalEx.create(
                    config().host(proxy.host()).port(proxy.port()).slot(slot).build());

            StepVerifier.create(walEx.changes())
                    .then(() -> walEx.awaitStreaming().block(PATIENCE))
                    .then(() -> proxy.switchTo(other))
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(SlotInvalidatedException.class)
                            .hasMessageContaining("another database cluster"))
                    .verify(PATIENCE);
        }
    }
}
