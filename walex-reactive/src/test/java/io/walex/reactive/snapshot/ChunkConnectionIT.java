package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.server.ServerError;
import io.walex.reactive.testsupport.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;

/** What becomes of a chunk, and of the connection that reads it. */
class ChunkConnectionIT {

    private static final int ROWS = 5000;

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final Reading reading = Reading.of(() -> postgres);

    @BeforeEach
    void makeTable() {
        postgres.execute(
                "CREATE TABLE item (id int PRIMARY KEY, name text)",
                "INSERT INTO item SELECT i, repeat('x', 100) || i FROM generate_series(1, %d) i".formatted(ROWS),
                "CREATE PUBLICATION events FOR ALL TABLES");
    }

    @Test
    void rangesAreAllRowsOnceInTheirOrder() {
        SourceTable table = reading.table("item");
        ChunkConnection connection = reading.open();
        List<String> ids = new ArrayList<>();

        for (long page = 0; page < table.pages(); page += 10) {
            long to = page + 10 < table.pages() ? page + 10 << 16 : Long.MAX_VALUE;
            TidRange range = new TidRange(page << 16, to);
            ids.addAll(ids(connection, table, ChunkQuery.range(range, "", Reading.LIMIT)));
        }

        assertThat(ids)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, ROWS).mapToObj(String::valueOf).toList());
        assertThat(ids(connection, table, ChunkQuery.range(new TidRange(2, 5), "", Reading.LIMIT)))
                .containsExactly("2", "3", "4");
        assertIdle(connection);
    }

    @Test
    void aRangeReadsNoOtherPages() {
        SourceTable table = reading.table("item");
        String sql = new ChunkSql(table)
                .rows(ChunkQuery.range(new TidRange(1 << 16, 3 << 16), "", Reading.LIMIT), new ArrayList<>());

        assertThat(String.join("\n", postgres.query("EXPLAIN " + sql, row -> row.getString(1))))
                .contains("Tid Range Scan");
    }

    private static List<String> ids(ChunkConnection connection, SourceTable table, ChunkQuery query) {
        return Reading.texts(Reading.await(connection.read(table, query)).rows()).stream()
                .map(row -> row.substring(0, row.indexOf('|')))
                .toList();
    }

    @Test
    void emptyTableGivesNoRows() {
        postgres.execute("CREATE TABLE empty (id int PRIMARY KEY)");
        SourceTable table = reading.table("empty");

        assertThat(table.pages()).isZero();
        assertThat(reading.rows(table)).isEmpty();
    }

    @Test
    void whereChoosesAmongTheRowsAndMayEndWithAComment() {
        SourceTable table = reading.table("item");

        assertThat(ids(reading.open(), table, ChunkQuery.range(Reading.ALL, "id < 3 -- or so", Reading.LIMIT)))
                .containsExactly("1", "2");
    }

    @Test
    void oversizedChunkIsReadInSmallerRanges() {
        postgres.execute(
                "CREATE TABLE wide (id int PRIMARY KEY, data text)",
                "ALTER TABLE wide ALTER data SET STORAGE EXTERNAL",
                "INSERT INTO wide SELECT i, repeat('x', 1000000) FROM generate_series(1, 20) i");
        SourceTable table = reading.table("wide");
        ChunkConnection connection = reading.open();
        long limit = 3_000_000;

        assertThat(table.bytes()).isGreaterThan(20_000_000);
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> connection
                            .read(table, ChunkQuery.range(Reading.ALL, "", limit))
                            .block())
                    .isInstanceOf(OversizedChunk.class);
            // What stopped one must not stop the next.
            assertThat(ids(connection, table, ChunkQuery.range(new TidRange(0, 3), "", limit)))
                    .containsExactly("1", "2");
        }
        assertThat(ids(connection, table, ChunkQuery.range(new TidRange(1, 2), "", 10)))
                .containsExactly("1");
        assertIdle(connection);
    }

    @Test
    void errorsLeaveTheConnectionAsItWas() {
        SourceTable table = reading.table("item");
        ChunkConnection connection = reading.open();

        assertThatThrownBy(() -> connection
                        .read(table, ChunkQuery.range(Reading.ALL, "1 / (id - 4000) = 0", Reading.LIMIT))
                        .block())
                .isInstanceOf(ServerError.class)
                .extracting(error -> ((ServerError) error).sqlState())
                .isEqualTo("22012");
        assertIdle(connection);
        assertThatThrownBy(() -> connection
                        .read(table, ChunkQuery.range(Reading.ALL, "no such thing", Reading.LIMIT))
                        .block())
                .isInstanceOf(ServerError.class)
                .extracting(error -> ((ServerError) error).sqlState())
                .isEqualTo("42601");
        assertThat(ids(connection, table, Reading.all())).hasSize(ROWS);
        assertIdle(connection);
    }

    @Test
    void goneAndReplacedTablesAreErrors() {
        SourceTable table = reading.table("item");
        ChunkConnection connection = reading.open();

        postgres.execute("ALTER TABLE item RENAME TO moved");
        assertThatThrownBy(() -> connection.read(table, Reading.all()).block())
                .isInstanceOf(ServerError.class)
                .extracting(error -> ((ServerError) error).sqlState())
                .isEqualTo("42P01");
        postgres.execute("CREATE TABLE item (id int PRIMARY KEY, name text)");
        assertThatThrownBy(() -> connection.read(table, Reading.all()).block()).isInstanceOf(ReplacedTable.class);
        assertIdle(connection);
    }

    @Test
    void showsTheShapeAndTheRewriteOfATable() {
        SourceTable table = reading.table("item");
        ChunkConnection connection = reading.open();

        postgres.execute("ALTER TABLE item ADD COLUMN more int DEFAULT 1");
        ChunkRows widened = Reading.await(connection.read(table, Reading.all()));
        assertThat(widened.relation().columns()).hasSize(3);
        assertThat(widened.filenode()).isEqualTo(table.filenode());

        postgres.execute("VACUUM FULL item");
        ChunkRows rewritten = Reading.await(connection.read(table, Reading.all()));
        assertThat(rewritten.filenode()).isNotEqualTo(table.filenode());
        assertThat(rewritten.rows().rows()).isEqualTo(ROWS);
    }

    @Test
    void tableThatIsLockedAgainstReadersIsReadLater() throws SQLException {
        SourceTable table = reading.table("item");
        ChunkConnection connection = reading.open();
        try (Connection ddl = postgres.jdbc();
                Statement statement = ddl.createStatement()) {
            ddl.setAutoCommit(false);
            statement.execute("LOCK TABLE item IN ACCESS EXCLUSIVE MODE");

            assertThatThrownBy(() -> connection.read(table, Reading.all()).block())
                    .isInstanceOf(LockedTable.class)
                    .hasMessageContaining("\"public\".\"item\" is locked against readers");
            assertIdle(connection);
        }
        assertThat(ids(connection, table, Reading.all())).hasSize(ROWS);
    }

    @Test
    void aSnapshotTellsWhichTransactionsItShows() throws SQLException {
        SourceTable table = reading.table("item");
        try (Connection writer = postgres.jdbc();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO item VALUES (0, 'open')");
            String xid = postgres.queryText(
                    "SELECT backend_xid::text FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()");

            ChunkRows chunk = Reading.await(reading.open().read(table, Reading.all()));

            PrimaryVisibility visibility = (PrimaryVisibility) chunk.visibility();
            assertThat(chunk.rows().rows()).isEqualTo(ROWS);
            assertThat(visibility.of(Integer.parseUnsignedInt(xid), 0)).isEqualTo(Visibility.Seen.NO);
            assertThat(visibility.of(Integer.parseUnsignedInt(xid) - 1, 0)).isEqualTo(Visibility.Seen.YES);
            assertThat(Long.compareUnsigned(
                            visibility.target(), postgres.currentLsn().value()))
                    .isGreaterThanOrEqualTo(0);
        }
    }

    @Test
    void readsWhereNothingMayBeWritten() {
        postgres.execute("ALTER DATABASE %s SET default_transaction_read_only = on".formatted(postgres.name()));
        SourceTable table = reading.table("item");

        // Evaluated last in the transaction.
        String unassigned = "pg_current_xact_id_if_assigned() IS NULL";
        assertThat(ids(reading.open(), table, ChunkQuery.range(Reading.ALL, unassigned, Reading.LIMIT)))
                .hasSize(ROWS);
    }

    @Test
    void killedBackendIsALostConnection() {
        SourceTable table = reading.table("item");
        ChunkConnection connection = reading.open();
        CompletableFuture<ChunkRows> chunk = connection.read(table, stuck()).toFuture();

        awaitStuck(connection);
        postgres.execute("SELECT pg_terminate_backend(%d)".formatted(connection.pid()));

        assertThatThrownBy(chunk::join).rootCause().isInstanceOf(ServerError.class);
        Awaitility.await("closed").until(() -> !connection.isOpen());
    }

    @Test
    void cancelEndsTheTransaction() {
        SourceTable table = reading.table("item");
        ChunkConnection connection = reading.open();
        Disposable chunk = connection.read(table, stuck()).subscribe();

        awaitStuck(connection);
        chunk.dispose();

        awaitGone(connection);
    }

    @Test
    void closeEndsTheTransaction() {
        SourceTable table = reading.table("item");
        ChunkConnection connection = reading.open();
        CompletableFuture<ChunkRows> chunk = connection.read(table, stuck()).toFuture();

        awaitStuck(connection);
        connection.close().block();

        awaitGone(connection);
        assertThatThrownBy(chunk::join).isInstanceOf(CompletionException.class);
    }

    private static ChunkQuery stuck() {
        return ChunkQuery.range(
                Reading.ALL, "pg_sleep(CASE WHEN id = 10 THEN 600 ELSE 0 END) IS NOT NULL", Reading.LIMIT);
    }

    private void awaitStuck(ChunkConnection connection) {
        Awaitility.await("pg_sleep").until(() -> activity(connection).equals(List.of("active PgSleep")));
    }

    private void awaitGone(ChunkConnection connection) {
        Awaitility.await("gone").until(() -> activity(connection).isEmpty());
    }

    private void assertIdle(ChunkConnection connection) {
        assertThat(postgres.queryText("SELECT state FROM pg_stat_activity WHERE pid = " + connection.pid()))
                .isEqualTo("idle");
    }

    private List<String> activity(ChunkConnection connection) {
        return postgres.query(
                "SELECT concat(state, ' ', wait_event) FROM pg_stat_activity WHERE pid = " + connection.pid(),
                row -> row.getString(1));
    }
}
