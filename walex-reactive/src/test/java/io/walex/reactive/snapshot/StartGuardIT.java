package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which transactions a snapshot waits for before it reads its first chunk. */
class StartGuardIT {

    private static final int MAJOR = Integer.getInteger("walex.test.major", PostgresServer.DEFAULT_MAJOR);

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final Reading reading = Reading.of(() -> postgres);

    private Connection writer;
    private Statement statement;

    @BeforeEach
    void connect() throws SQLException {
        postgres.execute("CREATE TABLE item (id int PRIMARY KEY)");
        writer = postgres.jdbc();
        statement = writer.createStatement();
        writer.setAutoCommit(false);
    }

    @AfterEach
    void disconnect() throws SQLException {
        writer.close();
        postgres.rollbackPrepared();
    }

    private StartGuard begin(Reading as) {
        return Reading.await(ServerConnection.use(as.connector(), StartGuard::begin));
    }

    private StartGuard still(StartGuard guard, IntPredicate delivered) {
        return Reading.await(ServerConnection.use(reading.connector(), server -> guard.stillOpen(server, delivered)));
    }

    private long xid(TestDatabase database) {
        return Long.parseLong(database.queryText(
                "SELECT backend_xid::text FROM pg_stat_activity WHERE datname = '%s' AND backend_xid IS NOT NULL"
                        .formatted(database.name())));
    }

    private CompletableFuture<Void> inBackground(String sql) {
        return CompletableFuture.runAsync(() -> {
            try {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private void awaitWaiting(TestDatabase database, String event) {
        Awaitility.await(event)
                .until(() -> database.query(
                                        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = '%s'"
                                                .formatted(event),
                                        row -> 1)
                                .size()
                        == 1);
    }

    private static boolean none(int xid) {
        return false;
    }

    @Test
    void nothingThatRunsIsNothingToWaitFor() {
        assertThat(still(begin(reading), StartGuardIT::none).isOver()).isTrue();
    }

    @Test
    void idleTransactionIsNotCommitting() throws SQLException {
        statement.execute("INSERT INTO item VALUES (1)");
        long xid = xid(postgres);
        StartGuard guard = begin(reading);

        assertThat(guard.open()).extracting(StartGuard.Open::xid).contains(xid);
        assertThat(still(guard, StartGuardIT::none).open())
                .extracting(StartGuard.Open::xid)
                .doesNotContain(xid);
    }

    @Test
    void statementOfBeforeMayBeACommitAndOneOfAfterIsNot() throws SQLException {
        statement.execute("INSERT INTO item VALUES (1)");
        long xid = xid(postgres);
        CompletableFuture<Void> sleep = inBackground("SELECT pg_sleep(600)");
        awaitWaiting(postgres, "PgSleep");
        StartGuard guard = begin(reading);

        StartGuard still = still(guard, StartGuardIT::none);
        assertThat(still.open()).extracting(StartGuard.Open::xid).contains(xid);
        String pid = postgres.queryText("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
        assertThat(still.warning("postgres"))
                .contains("%d (PID %s)".formatted(xid, pid))
                .doesNotContain("pg_read_all_stats");
        assertThat(still(guard, delivered -> delivered == (int) xid).open())
                .extracting(StartGuard.Open::xid)
                .doesNotContain(xid);

        postgres.execute("SELECT pg_cancel_backend(%s)".formatted(pid));
        assertThat(sleep).failsWithin(java.time.Duration.ofMinutes(1));
        writer.rollback();
        assertThat(still(still, StartGuardIT::none).isOver()).isTrue();
    }

    @Test
    void statementThatBeganLaterCommitsLater() throws SQLException {
        statement.execute("INSERT INTO item VALUES (1)");
        long xid = xid(postgres);
        StartGuard guard = begin(reading);
        CompletableFuture<Void> sleep = inBackground("SELECT pg_sleep(600)");
        awaitWaiting(postgres, "PgSleep");

        assertThat(still(guard, StartGuardIT::none).open())
                .extracting(StartGuard.Open::xid)
                .doesNotContain(xid);

        postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
        assertThat(sleep).failsWithin(java.time.Duration.ofMinutes(1));
    }

    @Test
    void otherDatabasesAndPreparedTransactionsAreNotWaitedFor() throws SQLException {
        statement.execute("INSERT INTO item VALUES (1)");
        statement.execute("PREPARE TRANSACTION 'of_%s'".formatted(postgres.name()));
        TestDatabase other = postgres.createDatabase();
        try (Connection elsewhere = other.jdbc();
                Statement there = elsewhere.createStatement()) {
            elsewhere.setAutoCommit(false);
            there.execute("SELECT pg_current_xact_id()");
            CompletableFuture<Void> sleep = CompletableFuture.runAsync(() -> {
                try {
                    there.execute("SELECT pg_sleep(600)");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            awaitWaiting(other, "PgSleep");
            StartGuard guard = begin(reading);

            assertThat(guard.open()).hasSizeGreaterThanOrEqualTo(2);
            assertThat(still(guard, StartGuardIT::none).isOver()).isTrue();
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
            assertThat(sleep).failsWithin(java.time.Duration.ofMinutes(1));
        } finally {
            other.drop();
        }
    }

    @Test
    void roleThatSeesNothingOfOthersIsToldWhatItLacks() throws SQLException {
        String role = "blind_" + postgres.name();
        postgres.execute("CREATE ROLE %s LOGIN".formatted(role));
        try {
            reading.as(role, "", config -> config);
            statement.execute("INSERT INTO item VALUES (1)");
            long xid = xid(postgres);

            StartGuard still = still(begin(reading), StartGuardIT::none);

            assertThat(still.open()).extracting(StartGuard.Open::xid).contains(xid);
            assertThat(still.warning(role)).contains("GRANT pg_read_all_stats TO \"%s\"".formatted(role));
        } finally {
            postgres.execute("DROP ROLE " + role);
        }
    }

    /** The commit record is there and may be decoded, and nobody else sees the row. */
    @Test
    void commitsThatWaitForAStandbyAreWaitedFor() throws Exception {
        try (EmbeddedServer server = PostgresServer.start(
                MAJOR, Map.of("synchronous_standby_names", "nobody", "max_prepared_transactions", "5"))) {
            String local = "SET synchronous_commit = local";
            TestDatabase database = server.database("postgres");
            database.execute(local, "CREATE TABLE item (id int PRIMARY KEY)");
            Reading there = Reading.of(() -> database);
            try (Connection first = database.jdbc();
                    Connection second = database.jdbc();
                    Statement plain = first.createStatement();
                    Statement prepared = second.createStatement()) {
                prepared.execute(local);
                for (String sql : List.of("BEGIN", "INSERT INTO item VALUES (2)", "PREPARE TRANSACTION 'two'")) {
                    prepared.execute(sql);
                }
                prepared.execute("SET synchronous_commit = on");
                CompletableFuture<Void> commit = run(plain, "INSERT INTO item VALUES (1)");
                CompletableFuture<Void> commitPrepared = run(prepared, "COMMIT PREPARED 'two'");
                Awaitility.await("SyncRep")
                        .until(() ->
                                database.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'", row -> 1)
                                                .size()
                                        == 2);

                StartGuard guard = begin(there);
                StartGuard still = Reading.await(ServerConnection.use(
                        there.connector(), connection -> guard.stillOpen(connection, StartGuardIT::none)));
                assertThat(still.open()).hasSize(2).allMatch(open -> open.pid() != null);
                assertThat(database.query("SELECT id FROM item", row -> row.getInt(1)))
                        .isEmpty();

                database.execute("ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()");
                CompletableFuture.allOf(commit, commitPrepared).join();
                assertThat(Reading.await(ServerConnection.use(
                                        there.connector(),
                                        connection -> still.stillOpen(connection, StartGuardIT::none)))
                                .isOver())
                        .isTrue();
            }
        }
    }

    private static CompletableFuture<Void> run(Statement statement, String sql) {
        return CompletableFuture.runAsync(() -> {
            try {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
