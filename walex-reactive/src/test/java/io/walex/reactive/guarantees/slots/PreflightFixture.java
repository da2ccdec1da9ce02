package io.walex.reactive.guarantees.slots;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.preflight.Preflight;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A server with one published table, and what a preflight finds there. */
abstract class PreflightFixture {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    static final String ROLE = "shop";

    static EmbeddedServer server;

    TestDatabase database;

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start(PostgresServer.DEFAULT_MAJOR, Map.of("max_connections", "20"));
        server.database("postgres").execute("CREATE ROLE " + ROLE + " LOGIN REPLICATION");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void createTables() {
        database = server.createDatabase();
        database.execute("CREATE TABLE todo (id int PRIMARY KEY)", "CREATE PUBLICATION events FOR TABLE todo");
    }

    @AfterEach
    void drop() {
        database.drop();
    }

    WalExConfig.Builder config() {
        return WalExConfig.fromUrl(database.url()).publication("events");
    }

    WalExConfig.Builder config(SlotSpec slot) {
        return config().slot(slot);
    }

    /** One line for each finding that keeps a stream from starting or hurts it, and is not of this kind. */
    static List<String> grave(WalExConfig.Builder config) {
        return WalEx.preflight(config.build()).block(PATIENCE).findings().stream()
                .filter(finding -> finding.severity() != Preflight.Severity.COSTS)
                .filter(finding -> !finding.subject().equals("max_slot_wal_keep_size"))
                .map(Preflight.Finding::toString)
                .toList();
    }
}
