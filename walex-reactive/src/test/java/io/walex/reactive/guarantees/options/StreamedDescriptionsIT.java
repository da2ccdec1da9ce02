package io.walex.reactive.guarantees.options;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Large transactions are streamed, and describe relations for the small ones, which are sent whole. */
class StreamedDescriptionsIT {

    private static final String LARGE = "INSERT INTO todo SELECT i, repeat('x', 100) FROM generate_series(1, 2000) i";

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void streamLargeTransactions() {
        postgres.execute(
                "ALTER DATABASE %s SET logical_decoding_work_mem = '64kB'".formatted(postgres.name()),
                "CREATE TABLE todo (id int, title text, note text)");
    }

    private void createSlot() {
        postgres.execute("SELECT pg_create_logical_replication_slot('walex', 'pgoutput', false, true)");
    }

    private String prepared(String outcome) {
        return "%s '%s'".formatted(outcome, postgres.name());
    }

    /** The rows of the small transactions. */
    private List<Map<String, Object>> small(int count) {
        WalExConfig config = streams.config()
                .streaming(Streaming.ON)
                .twoPhase(TwoPhase.AT_COMMIT)
                .build();
        return WalEx.changes(config)
                .map(event -> event.newRecord().asMap())
                .filter(row -> (Integer) row.get("id") < 0)
                .take(count)
                .collectList()
                .block(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @CsvSource({"RENAME title TO subject, subject", "ADD due date, title"})
    void aPreparedTransactionIsReadAsAStreamedOneDescribedItsRelation(String alteration, String title) {
        postgres.execute("ALTER TABLE todo DROP note", "CREATE PUBLICATION events FOR ALL TABLES");
        createSlot();
        postgres.execute("INSERT INTO todo VALUES (-1, 'before')", "ALTER TABLE todo " + alteration, LARGE);
        postgres.executeInTransaction("INSERT INTO todo VALUES (-2, 'prepared')", prepared("PREPARE TRANSACTION"));
        postgres.execute(prepared("COMMIT PREPARED"), "INSERT INTO todo VALUES (-3, 'after')");

        List<Map<String, Object>> rows = small(3);

        assertThat(rows.get(0)).containsEntry("title", "before");
        assertThat(rows.get(1)).containsEntry(title, "prepared");
        assertThat(rows.get(2)).containsEntry(title, "after");
    }

    /** A publication's columns can change without a lock on the table. */
    @Test
    void whatAStreamedTransactionDescribedOutlivesAnOlderPreparedOne() {
        postgres.execute("CREATE PUBLICATION events FOR TABLE todo (id, title)");
        createSlot();
        postgres.executeInTransaction(
                "INSERT INTO todo VALUES (-1, 'title', 'note')", LARGE, prepared("PREPARE TRANSACTION"));
        postgres.execute(
                "ALTER PUBLICATION events SET TABLE todo (id, note)",
                LARGE,
                prepared("COMMIT PREPARED"),
                "INSERT INTO todo VALUES (-2, 'title', 'note')");

        assertThat(small(2)).containsExactly(Map.of("id", -1, "title", "title"), Map.of("id", -2, "note", "note"));
    }

    /** Both are described before either commits, and not again for what follows. */
    @Test
    void whatTheLastOfTwoStreamedTransactionsDescribedStays() throws SQLException {
        postgres.execute("CREATE PUBLICATION events FOR TABLE todo (id, title)");
        createSlot();
        try (Connection first = postgres.jdbc();
                Connection second = postgres.jdbc();
                Statement older = first.createStatement();
                Statement newer = second.createStatement()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            older.execute(LARGE);
            postgres.execute("ALTER PUBLICATION events SET TABLE todo (id, note)");
            newer.execute(LARGE);
            first.commit();
            second.commit();
        }
        postgres.execute("INSERT INTO todo VALUES (-2, 'title', 'note')");

        assertThat(small(1)).containsExactly(Map.of("id", -2, "note", "note"));
    }
}
