package io.walex.reactive.guarantees.snapshots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** Snapshots end where nothing else happens, and leave nothing behind: no row, no transaction id, no open transaction. */
class QuietServersIT {

    private static EmbeddedServer server;
    private static TestDatabase database;

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(() -> database);

    @BeforeAll
    static void start() {
        int major = Integer.getInteger("walex.test.major", PostgresServer.DEFAULT_MAJOR);
        // So that nobody but the tests takes a transaction id.
        server = PostgresServer.start(major, Map.of("autovacuum", "off"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void rowsAreThere() {
        database = server.createDatabase();
        database.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, task text)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "INSERT INTO todo SELECT i, 'task ' || i FROM generate_series(1, 5000) i");
    }

    private Seen<Event> read(UnaryOperator<WalExConfig.Builder> settings) {
        return streams.start(streams.create(settings.apply(
                        streams.config().slot(SlotSpec.temporary()).snapshot(snapshot())))
                .changes());
    }

    private static SnapshotSpec snapshot() {
        return SnapshotSpec.initial("todo")
                .store(SnapshotStore.inMemory())
                .options(SnapshotOptions.DEFAULT.chunkBytes(32 << 10));
    }

    private static List<Event> awaitCompleted(Seen<Event> seen) {
        Awaitility.await("completed")
                .atMost(PATIENCE)
                .until(() -> seen.all().stream().anyMatch(event -> event.type() == EventType.SNAPSHOT_COMPLETED));
        return seen.all();
    }

    private static long reads(List<Event> events) {
        return events.stream().filter(event -> event.type() == EventType.READ).count();
    }

    @Test
    void endsOnAnIdleServer() {
        assertThat(reads(awaitCompleted(read(config -> config)))).isEqualTo(5000);
    }

    @Test
    void endsWhereAllCommitsAreAsynchronous() {
        database.execute("ALTER DATABASE %s SET synchronous_commit = 'off'".formatted(database.name()));
        SnapshotWriters writers = new SnapshotWriters(database)
                .add(
                        1,
                        30,
                        (connection, random) -> SnapshotWriters.execute(
                                connection, "UPDATE todo SET task = 'x' WHERE id = " + random.nextInt(5000)));
        writers.start();
        try {
            assertThat(reads(awaitCompleted(read(config -> config)))).isGreaterThan(4000);
        } finally {
            writers.stop();
        }
    }

    /** Its WAL is inserted and not flushed, and chunks would wait for it. */
    @Test
    void endsWhileATransactionStaysOpenThatHasWritten() throws SQLException {
        Seen<Event> seen;
        try (Connection open = database.jdbc();
                Statement statement = open.createStatement()) {
            Seen<Event> before = streams.start(streams.create(streams.config().slot(SlotSpec.durable("early")))
                    .changes());
            database.awaitSlotActive("early");
            open.setAutoCommit(false);
            statement.execute("UPDATE todo SET task = 'open' WHERE id = 1");
            assertThat(before.all()).isEmpty();
            streams.stop();
            database.awaitSlotInactive("early");
            seen = streams.start(streams.create(streams.config()
                            .slot(SlotSpec.durable("early"))
                            .snapshot(SnapshotSpec.initial("todo").store(new KeptProgress())))
                    .changes());
            assertThat(reads(awaitCompleted(seen))).isEqualTo(5000);
            open.commit();
        }
        Awaitility.await("change")
                .atMost(PATIENCE)
                .until(() -> seen.all().stream().anyMatch(event -> event.type() == EventType.UPDATE));
    }

    @Test
    void writesNothingAndTakesNoTransactionId() {
        String role = "reader_" + database.name();
        database.execute(
                "CREATE ROLE %s LOGIN REPLICATION".formatted(role),
                "GRANT SELECT ON todo TO " + role,
                "ALTER ROLE %s SET default_transaction_read_only = on".formatted(role),
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
        Seen<Event> seen = null;
        String before = nextId();
        try {
            seen = streams.start(streams.create(WalExConfig.fromUrl(database.url(role, ""))
                            .publication("events")
                            .slot(SlotSpec.durable("walex"))
                            .snapshot(snapshot().store(new KeptProgress())))
                    .changes());
            assertThat(reads(awaitCompleted(seen))).isEqualTo(5000);
            assertThat(nextId()).isEqualTo(before);
        } finally {
            streams.stop();
            database.awaitSlotInactive("walex");
            database.execute("DROP OWNED BY " + role, "DROP ROLE " + role);
        }
    }

    private static String nextId() {
        return database.queryText("SELECT pg_snapshot_xmax(pg_current_snapshot())");
    }

    @Test
    void noTransactionIsOpenWhileTheSubscriberAsksForNothing() {
        WalEx walEx = streams.create(streams.config()
                .slot(SlotSpec.temporary())
                .snapshot(snapshot().options(SnapshotOptions.DEFAULT.chunkBytes(8192))));
        Slow slow = new Slow();
        walEx.changes().subscribe(slow);
        streams.add(slow);
        walEx.awaitStreaming().block(PATIENCE);
        slow.request(1);
        Awaitility.await("a row").atMost(PATIENCE).until(() -> slow.seen.size() == 1);
        // What is read ahead has been read when no backend of ours is at work any more.
        Awaitility.await("quiet").atMost(PATIENCE).until(() -> working() == 0);

        for (int i = 0; i < 20; i++) {
            assertThat(working()).isZero();
        }
        database.execute("SET lock_timeout = '5s'", "ALTER TABLE todo ADD COLUMN note text");

        slow.request(Long.MAX_VALUE);
        awaitCompleted(slow.seen);
    }

    /** Ours that are in a transaction, or hold a snapshot. */
    private static long working() {
        return Long.parseLong(database.queryText("""
                SELECT count(*) FROM pg_stat_activity
                 WHERE application_name = current_database() AND backend_type = 'client backend'
                   AND (state <> 'idle' OR xact_start IS NOT NULL OR backend_xmin IS NOT NULL)"""));
    }

    /** Takes what it asked for. */
    private static final class Slow extends BaseSubscriber<Event> {

        final Seen<Event> seen = new Seen<>();

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            // Nothing yet.
        }

        @Override
        protected void hookOnNext(Event event) {
            seen.add(event);
        }

        @Override
        protected void hookOnError(Throwable error) {
            seen.fail(error);
        }
    }

    /** Who wants the table waits for a chunk at most, and those behind him for no snapshot. */
    @Test
    void changesOfTheTableDoNotQueueBehindChunks() throws SQLException {
        Seen<Event> seen = read(config -> config.snapshot(SnapshotSpec.initial("todo")
                .store(SnapshotStore.inMemory())
                .options(SnapshotOptions.DEFAULT.chunkBytes(8192).rowsPerSecond(2000))));
        Awaitility.await("rows").atMost(PATIENCE).until(() -> reads(seen.all()) > 100);
        try (Connection locking = database.jdbc();
                Statement statement = locking.createStatement()) {
            locking.setAutoCommit(false);
            statement.execute("LOCK TABLE todo IN SHARE MODE");
            try (Connection waiting = database.jdbc();
                    Statement alter = waiting.createStatement()) {
                Thread altering = new Thread(() -> execute(alter, "ALTER TABLE todo ADD COLUMN note text"));
                altering.start();
                // Chunks now wait behind it, and give up again and again: it is never one of them that it waits for.
                Awaitility.await("a chunk that waits").atMost(PATIENCE).until(() -> waitingForTodo() > 1);
                Awaitility.await("that gives up").atMost(PATIENCE).until(() -> waitingForTodo() == 1);
                locking.rollback();
                altering.join(PATIENCE.toMillis());
                assertThat(altering.isAlive()).isFalse();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        assertThat(reads(awaitCompleted(seen))).isGreaterThanOrEqualTo(5000);
    }

    private static void execute(Statement statement, String sql) {
        try {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long waitingForTodo() {
        return Long.parseLong(
                database.queryText("SELECT count(*) FROM pg_locks WHERE relation = 'todo'::regclass AND NOT granted"));
    }
}
