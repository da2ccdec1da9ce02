package io.walex.reactive.stream;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.testsupport.LogLines;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import io.walex.reactive.testsupport.TcpProxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;

/** What a heartbeat does, and when it stops. */
class HeartbeatIT {

    private static final Duration INTERVAL = Duration.ofMillis(50);

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    private final Seen<Object> received = new Seen<>();
    private TcpProxy proxy;

    @BeforeEach
    void createSlotBehindProxy() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
        proxy = TcpProxy.to(postgres.server());
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private WalExConfig.Builder config() {
        return streams.config().host(proxy.host()).port(proxy.port()).heartbeat(INTERVAL);
    }

    private WalEx start(WalExConfig.Builder config) {
        WalEx walEx = WalEx.create(config.build());
        streams.start(walEx.changes().map(event -> event.newRecord().get("id")), received);
        walEx.awaitStreaming().block(PATIENCE);
        return walEx;
    }

    private void awaitBeats(int count) {
        int before = proxy.acceptedConnections();
        await().atMost(PATIENCE).until(() -> proxy.acceptedConnections() >= before + count);
    }

    @Test
    void movesTheSlotWithoutShowingItself() {
        postgres.execute("SELECT pg_create_logical_replication_slot('witness', 'pgoutput')");
        start(config().messages(false));

        await().atMost(PATIENCE).until(() -> !beats().isEmpty());
        Lsn beat = beats().get(0);
        await().atMost(PATIENCE).until(() -> streams.confirmed().isAfter(beat));
        assertThat(received.all()).isEmpty();
    }

    /** Where the server has them in its WAL. */
    private List<Lsn> beats() {
        return postgres.query(
                "SELECT lsn FROM pg_logical_slot_peek_binary_changes('witness', NULL, NULL, 'proto_version', '1', 'publication_names', 'events', 'messages', 'true')"
                        + " WHERE position('walex.heartbeat'::bytea IN data) > 0",
                row -> Lsn.parse(row.getString(1)));
    }

    @Test
    void goesOnAfterBeatsThatFailedAndTellsOfThemOnce() {
        String role = "beat_" + postgres.name();
        postgres.execute("CREATE ROLE " + role + " LOGIN REPLICATION", onEmit("REVOKE", "FROM PUBLIC"));
        try (LogLines lines = LogLines.capture(Heartbeat.class)) {
            start(config().username(role));
            awaitBeats(5);
            postgres.execute("INSERT INTO todo VALUES (1)");
            received.await(1);
            assertThat(lines.messages())
                    .singleElement()
                    .asString()
                    .contains("heartbeat fails, and is tried again every PT0.05S", "pg_logical_emit_message");

            Lsn before = postgres.currentLsn();
            postgres.execute(onEmit("GRANT", "TO PUBLIC"));
            awaitBeats(5);
            assertThat(postgres.currentLsn()).isGreaterThan(before);
            assertThat(lines.messages()).hasSize(1);

            postgres.execute(onEmit("REVOKE", "FROM PUBLIC"));
            await().atMost(PATIENCE).until(() -> lines.messages().size() == 2);
        } finally {
            streams.stop();
            postgres.awaitSlotInactive("walex");
            postgres.execute("DROP OWNED BY " + role, "DROP ROLE " + role);
        }
    }

    /** Its arguments differ by version. */
    private static String onEmit(String command, String whom) {
        return "DO $$ DECLARE f regprocedure; BEGIN FOR f IN SELECT oid FROM pg_proc WHERE proname = 'pg_logical_emit_message'"
                + " LOOP EXECUTE format('" + command + " EXECUTE ON FUNCTION %s " + whom + "', f); END LOOP; END $$";
    }

    @Test
    void stopsWhenTheSubscriptionEnds() {
        start(config());
        awaitBeats(2);
        streams.stop();
        assertNoMoreBeats();

        WalEx closed = start(config());
        awaitBeats(2);
        closed.closeGracefully().block(PATIENCE);
        assertNoMoreBeats();

        postgres.execute("INSERT INTO todo VALUES (2)");
        WalEx.changes(config().build())
                .concatMap(event -> Mono.error(new IllegalStateException()))
                .onErrorComplete()
                .blockLast(PATIENCE);
        assertNoMoreBeats();
    }

    private void assertNoMoreBeats() {
        postgres.awaitSlotInactive("walex");
        await().atMost(PATIENCE).until(() -> proxy.openConnections() == 0);
        // The last may have been under way.
        AtomicInteger beats = new AtomicInteger();
        await().during(INTERVAL.multipliedBy(10)).atMost(PATIENCE).until(() -> {
            int accepted = proxy.acceptedConnections();
            return beats.getAndSet(accepted) == accepted;
        });
    }
}
