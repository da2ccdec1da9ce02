package io.walex.reactive.guarantees.failure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.CatalogTimeoutException;
import io.walex.reactive.event.Event;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/** A server that is there and reads its catalog too slowly, since somebody holds a lock on a part of it. */
class SlowCatalogIT {

    /** Its catalogs are locked, which other tests would notice on a server that they share. */
    private static EmbeddedServer server;

    private TestDatabase database;

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start(Integer.getInteger("walex.test.major", PostgresServer.DEFAULT_MAJOR), Map.of());
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void createDatabase() {
        database = server.createDatabase();
        database.execute("CREATE TABLE t1 (id int PRIMARY KEY)", "CREATE PUBLICATION events FOR ALL TABLES");
    }

    @AfterEach
    void drop() {
        database.drop();
    }

    private WalExConfig impatient() {
        return WalExConfig.fromUrl(database.url())
                .name("impatient")
                .publication("events")
                .statusInterval(Duration.ofMillis(500))
                .livenessTimeout(Duration.ofSeconds(2))
                .build();
    }

    private void awaitNoSession() {
        await().until(() -> server.database("postgres")
                .queryText("SELECT count(*)::text FROM pg_stat_activity WHERE application_name = 'impatient'")
                .equals("0"));
    }

    private static void lockPublications(Connection session) throws SQLException {
        session.setAutoCommit(false);
        try (Statement statement = session.createStatement()) {
            statement.execute("LOCK TABLE pg_catalog.pg_publication IN ACCESS EXCLUSIVE MODE");
        }
    }

    @Test
    void slowCatalogIsToldAndEndsTheStart() throws SQLException {
        try (Connection session = database.jdbc()) {
            lockPublications(session);

            assertThatThrownBy(() -> WalEx.changes(impatient()).blockFirst(PATIENCE))
                    .isInstanceOf(CatalogTimeoutException.class)
                    .hasMessageContainingAll(
                            "%s:%d".formatted(database.host(), database.port()),
                            "did not read pg_publication of database \"" + database.name() + "\"",
                            "within 1500 ms",
                            "pg_locks",
                            "livenessTimeout");
            // While the lock is held still.
            awaitNoSession();
            assertThatThrownBy(() -> WalEx.preflight(impatient()).block(PATIENCE))
                    .isInstanceOf(CatalogTimeoutException.class)
                    .hasMessageContaining("pg_publication");
            awaitNoSession();
        }
    }

    @Test
    void slowCatalogIsAnOutageForStreamThatHasRun() throws SQLException {
        WalEx walex = WalEx.create(
                impatient().mutate().slot(SlotSpec.durable("large")).build());
        List<Object> events = new ArrayList<>();
        List<String> states = new CopyOnWriteArrayList<>();
        walex.states().subscribe(state -> states.add(state.toString()));
        Disposable stream = walex.changes().subscribe(events::add, events::add);
        walex.awaitStreaming().block(PATIENCE);
        try (Connection session = database.jdbc()) {
            lockPublications(session);
            server.database("postgres")
                    .execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active");

            await().until(() -> states.stream().anyMatch(state -> state.contains("did not read pg_publication")));
        }
        database.execute("INSERT INTO t1 (id) VALUES (1)");

        await().untilAsserted(() -> assertThat(events).singleElement().isInstanceOf(Event.class));
        walex.closeGracefully().block(PATIENCE);
        stream.dispose();
        WalEx.drop(walex.config()).block(PATIENCE);
    }
}
