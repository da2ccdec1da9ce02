package io.walex.reactive.guarantees.options;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Transactions that the server sends while they run, each change at once. */
class StreamedTransactionsIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    private void createSlot() {
        postgres.execute(
                "CREATE PUBLICATION events FOR ALL TABLES",
                "ALTER DATABASE %s SET debug_logical_replication_streaming = 'immediate'".formatted(postgres.name()),
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    private List<Map<String, Object>> rows(int count) {
        WalExConfig config = streams.config().streaming(Streaming.ON).build();
        return WalEx.changes(config)
                .map(event -> event.newRecord().asMap())
                .take(count)
                .collectList()
                .block(Duration.ofSeconds(30));
    }

    private static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Test
    void interleavedTransactionsThatAlterTheirTablesAreReadAsTheyWereThen() throws SQLException {
        postgres.execute("CREATE TABLE one (a int)", "CREATE TABLE two (a int)", "CREATE TABLE other (a int)");
        createSlot();
        try (Connection first = postgres.jdbc();
                Connection second = postgres.jdbc()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            execute(first, "INSERT INTO one VALUES (1)", "INSERT INTO other VALUES (2)");
            execute(second, "INSERT INTO two VALUES (3)", "ALTER TABLE two RENAME a TO b");
            execute(first, "ALTER TABLE one ADD c text DEFAULT 'x'", "INSERT INTO one VALUES (4, 'y')");
            execute(second, "INSERT INTO two VALUES (5)", "INSERT INTO other VALUES (6)");
            execute(first, "SAVEPOINT s", "ALTER TABLE one DROP a", "INSERT INTO one VALUES ('gone')");
            execute(second, "ALTER TABLE two ALTER b TYPE text", "INSERT INTO two VALUES ('7')");
            execute(first, "ROLLBACK TO s", "INSERT INTO one VALUES (8, 'z')");
            second.commit();
            first.commit();
        }
        postgres.execute("INSERT INTO two VALUES ('9')", "INSERT INTO one VALUES (10, 'end')");

        assertThat(rows(10))
                .isEqualTo(List.of(
                        Map.of("a", 3),
                        Map.of("b", 5),
                        Map.of("a", 6),
                        Map.of("b", "7"),
                        Map.of("a", 1),
                        Map.of("a", 2),
                        Map.of("a", 4, "c", "y"),
                        Map.of("a", 8, "c", "z"),
                        Map.of("b", "9"),
                        Map.of("a", 10, "c", "end")));
    }

    /** A publication's columns can change without a lock on the table. */
    @Test
    void columnsThatArePublishedAnewAreReadAsTheyWereThen() throws SQLException {
        postgres.execute("CREATE TABLE one (a int, b int)");
        createSlot();
        postgres.execute("DROP PUBLICATION events", "CREATE PUBLICATION events FOR TABLE one (a)");
        try (Connection first = postgres.jdbc()) {
            first.setAutoCommit(false);
            execute(first, "INSERT INTO one VALUES (1, 1)");
            postgres.execute("ALTER PUBLICATION events SET TABLE one (a, b)", "INSERT INTO one VALUES (2, 2)");
            first.commit();
        }
        postgres.execute("INSERT INTO one VALUES (3, 3)");

        List<Map<String, Object>> rows = rows(3);

        assertThat(rows.get(0)).isEqualTo(Map.of("a", 2, "b", 2));
        assertThat(rows.get(1)).containsEntry("a", 1);
        assertThat(rows.get(2)).isEqualTo(Map.of("a", 3, "b", 3));
    }
}
