package io.walex.reactive.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.testsupport.EmbeddedServer.StopMode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresExtensionIT {

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final PostgresExtension ofTest = PostgresExtension.shared();

    @Test
    void givesClassAndTestAnEmptyDatabaseEach() {
        assertThat(ofTest.name()).isNotEqualTo(postgres.name());
        assertThat(ofTest.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", row -> row.getString(1)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17, 18})
    void startsEveryMajorWithLogicalReplication(int major) {
        TestDatabase database = PostgresServer.shared(major).createDatabase();

        assertThat(database.queryText("SHOW server_version")).startsWith(major + ".");
        assertThat(database.queryText("SHOW wal_level")).isEqualTo("logical");

        database.drop();
    }

    @Test
    void dropsADatabaseWithItsDurableSlots() {
        TestDatabase database = postgres.createDatabase();
        database.execute("SELECT pg_create_logical_replication_slot('left_behind', 'pgoutput')");
        assertThat(database.slot("left_behind")).get().satisfies(slot -> {
            assertThat(slot.active()).isFalse();
            assertThat(slot.confirmedFlushLsn()).isNotNull();
            assertThat(slot.walStatus()).isEqualTo("reserved");
        });

        database.drop();

        assertThat(postgres.query("SELECT slot_name FROM pg_replication_slots", row -> row.getString(1)))
                .doesNotContain("left_behind");
    }

    @Test
    void ownServerTakesSettingsAndSurvivesACrash() {
        try (EmbeddedServer server = PostgresServer.start(18, Map.of("wal_level", "replica"))) {
            TestDatabase database = server.createDatabase();
            assertThat(database.queryText("SHOW wal_level")).isEqualTo("replica");
            database.execute("CREATE TABLE kept (id int)", "ALTER SYSTEM SET wal_level = 'logical'");

            server.restart(StopMode.IMMEDIATE);

            assertThat(database.query("SELECT id FROM kept", row -> row.getInt(1)))
                    .isEmpty();
            assertThat(database.queryText("SHOW wal_level")).isEqualTo("logical");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"scram-sha-256", "md5"})
    void ownServerCanAskForPasswords(String method) {
        try (EmbeddedServer server = PostgresServer.start(14, Map.of())) {
            server.requirePassword(method, "secret");
            TestDatabase database = server.createDatabase();

            assertThat(database.url()).contains("postgres:secret@");
            assertThatThrownBy(() -> database.jdbc("postgres", "wrong"))
                    .hasMessageContaining("password authentication failed");

            server.restart(StopMode.FAST);
            assertThat(database.queryText("SELECT 1")).isEqualTo("1");
        }
    }
}
