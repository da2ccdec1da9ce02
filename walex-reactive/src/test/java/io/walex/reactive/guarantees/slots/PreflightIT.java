package io.walex.reactive.guarantees.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.error.CapacityException;
import io.walex.reactive.preflight.Preflight;
import io.walex.reactive.testsupport.EmbeddedServer.StopMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each thing that a preflight finds of the server and of the role, on a server where it is so. */
class PreflightIT extends PreflightFixture {

    @Test
    void goodSetUpHasOnlyCosts() {
        database.execute("ALTER TABLE todo REPLICA IDENTITY FULL");

        Preflight preflight = WalEx.preflight(config().build()).block(PATIENCE);

        assertThat(preflight.isReady()).isTrue();
        assertThat(preflight.findings()).extracting(Preflight.Finding::severity).containsOnly(Preflight.Severity.COSTS);
        assertThat(preflight.toString()).contains("table public.todo", "REPLICA IDENTITY FULL");
    }

    @Test
    void everythingThatWouldFailOrHurtIsNamed() {
        database.execute(
                "CREATE ROLE plain LOGIN",
                "CREATE TABLE keyless (id int)",
                "ALTER PUBLICATION events ADD TABLE keyless");
        try {
            Preflight preflight = WalEx.preflight(
                            config(SlotSpec.durable("absent").mustExist())
                                    .username("plain")
                                    .publication("events", "absent")
                                    .subscribe("todo", "keyless", "nowhere")
                                    .statusInterval(Duration.ofSeconds(40))
                                    .livenessTimeout(Duration.ofSeconds(60))
                                    .build())
                    .block(PATIENCE);

            assertThat(preflight.isReady()).isFalse();
            assertThat(preflight.toString())
                    .contains(
                            "FAILS role \"plain\": lacks REPLICATION; ALTER ROLE",
                            "FAILS replication slot \"absent\": does not exist; create it",
                            "FAILS publication \"absent\": does not exist",
                            "HURTS table public.keyless: has no replica identity",
                            "HURTS subscription nowhere: matches no published table",
                            "HURTS max_slot_wal_keep_size: is unlimited",
                            "COSTS table public.todo: logs the key of old rows only",
                            "COSTS wal_sender_timeout: is 60000 ms");
        } finally {
            database.execute("DROP ROLE plain");
        }
    }

    @Test
    void walLevel() {
        server.database("postgres").execute("ALTER SYSTEM SET wal_level = 'replica'");
        server.restart(StopMode.FAST);
        try {
            assertThat(grave(config()))
                    .containsExactly(
                            "FAILS server " + server.host() + ":" + server.port()
                                    + ": has wal_level = replica; set wal_level = logical and restart it (Amazon RDS: rds.logical_replication = 1)");
        } finally {
            server.database("postgres").execute("ALTER SYSTEM RESET wal_level");
            server.restart(StopMode.FAST);
        }
    }

    @Test
    void connectionsThatRunOut() throws SQLException {
        List<Connection> sessions = new ArrayList<>();
        try {
            // 20, of which 3 are the superuser's. Sessions that were closed a moment ago may still count.
            for (int i = 0; i < 16; i++) {
                open(sessions);
            }
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(
                            () -> assertThat(grave(config().username(ROLE)))
                                    .containsExactly(
                                            "HURTS max_connections: no session is left beside this one, and each attempt to connect takes one for a moment; close sessions that nobody needs, or raise it and restart the server"));

            open(sessions);
            assertThatThrownBy(() -> grave(config().username(ROLE)))
                    .isInstanceOf(CapacityException.class)
                    .hasMessageContaining("max_connections");
        } finally {
            for (Connection session : sessions) {
                session.close();
            }
        }
    }

    private void open(List<Connection> sessions) {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> sessions.add(database.jdbc(ROLE, "")));
    }
}
