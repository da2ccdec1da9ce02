package io.walex.reactive.guarantees.snapshots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;

/**
 * Commits are delivered before they are visible while a synchronous standby is away. A snapshot that went by the order of the
 * WAL would then deliver rows from before a change that was delivered, with nothing to follow that corrects them.
 */
class SkewIT {

    private static final Logger LOG = LoggerFactory.getLogger(SkewIT.class);
    private static final long SEED = Long.getLong("walex.snapshots.seed", 20_261_201L);
    private static final boolean ALL = "all".equals(System.getProperty("walex.snapshots"));

    private SkewedServer server;
    private TestDatabase database;

    @BeforeEach
    void start() {
        server = SkewedServer.start();
        database = server.database();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private WalExConfig.Builder config() {
        return WalExConfig.fromUrl(database.url())
                .publication("events")
                .slot(SlotSpec.durable("walex"))
                .statusInterval(Duration.ofMillis(100));
    }

    private static SnapshotSpec snapshot() {
        return SnapshotSpec.initial("item")
                .store(new KeptProgress())
                .options(SnapshotOptions.DEFAULT.chunkBytes(16 << 10).rowsPerSecond(600));
    }

    @Test
    void sameStateAtEachCommitWhileTheStandbyComesAndGoes() {
        LOG.info("Seed {}", SEED);
        List<ShadowedTable> tables =
                List.of(ShadowedTable.of("item", ALL ? 8000 : 2500, "", ShadowLog.triggers("item", "item", "id")));
        SnapshotRun run = new SnapshotRun(database, tables);
        run.prepare("", "");
        RowWriting any = new RowWriting(List.of("item"), 5200, false);
        RowWriting hot = new RowWriting(List.of("item"), 40, false);
        SnapshotWriters writers = new SnapshotWriters(database)
                .add(SEED, 5, waiting(any))
                .add(SEED, 5, waiting(hot))
                .add(SEED, 5, waiting(any))
                .add(SEED, 5, local(any))
                .add(SEED, 5, local(hot));
        Toggle toggle = new Toggle();
        writers.start();
        try {
            run.compare(
                    config().snapshot(snapshot()).build(), writers, Duration.ofSeconds(1), toggle::start, toggle::end);
        } finally {
            toggle.end();
        }
        assertThat(toggle.times).isGreaterThan(3);
    }

    private static SnapshotWriters.Writing waiting(RowWriting writing) {
        return (connection, random) -> {
            SnapshotWriters.execute(connection, "SET LOCAL synchronous_commit = 'on'");
            writing.write(connection, random);
        };
    }

    private static SnapshotWriters.Writing local(RowWriting writing) {
        return (connection, random) -> {
            SnapshotWriters.execute(connection, "SET LOCAL synchronous_commit = 'local'");
            writing.write(connection, random);
        };
    }

    /** Has the standby go and come back, again and again. */
    private final class Toggle extends Thread {

        private volatile boolean over;
        private int times;

        Toggle() {
            super("standby");
        }

        @Override
        public void run() {
            while (!over) {
                server.standbyAway();
                LockSupport.parkNanos(Duration.ofMillis(250).toNanos());
                server.standbyBack();
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
                times++;
            }
        }

        void end() {
            over = true;
            try {
                join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            server.standbyBack();
        }
    }

    @Test
    void rowsThatADeliveredChangeHasReplacedAreNotRead() throws Exception {
        deliveredThenReadWhileUnseen(false);
    }

    @Test
    void rowsThatAnEarlierProcessWasGivenAChangeOfAreNotRead() throws Exception {
        deliveredThenReadWhileUnseen(true);
    }

    /** The change is delivered, and confirmed by an earlier process or not; then the table is read. */
    private void deliveredThenReadWhileUnseen(boolean earlier) throws Exception {
        database.execute(
                "CREATE TABLE item (id int PRIMARY KEY, n int)",
                "INSERT INTO item SELECT i, 0 FROM generate_series(1, 1000) i",
                "CREATE PUBLICATION events FOR TABLE item",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
        server.standbyAway();
        Thread committing = server.commitUnseen("UPDATE item SET n = 1 WHERE id = 500");
        Seen<Event> seen = new Seen<>();
        if (earlier) {
            try (WalEx before = WalEx.create(config().build())) {
                Disposable stream = before.changes().subscribe(seen::add, seen::fail);
                awaitUpdate(seen);
                before.closeGracefully().block(PATIENCE);
                stream.dispose();
            }
        }
        try (WalEx walEx = WalEx.create(config().snapshot(snapshot()).build())) {
            Seen<Event> now = earlier ? new Seen<>() : seen;
            Disposable stream = walEx.changes().subscribe(now::add, now::fail);
            walEx.awaitStreaming().block(PATIENCE);
            if (!earlier) {
                awaitUpdate(now);
            }
            // A change that is seen comes through meanwhile, and no row from before the other.
            database.execute("SET synchronous_commit = 'local'", "UPDATE item SET n = 7 WHERE id = 1");
            Awaitility.await("another change")
                    .atMost(PATIENCE)
                    .until(() ->
                            now.all().stream().anyMatch(event -> event.type() == EventType.UPDATE && id(event) == 1));
            assertThat(database.queryText("SELECT n FROM item WHERE id = 500")).isEqualTo("0");
            assertThat(reads(now)).isEmpty();

            server.standbyBack();
            committing.join();
            Awaitility.await("completed")
                    .atMost(PATIENCE)
                    .until(() -> now.all().stream().anyMatch(event -> event.type() == EventType.SNAPSHOT_COMPLETED));
            assertThat(reads(now)).containsExactly("1");
            stream.dispose();
        }
    }

    private static void awaitUpdate(Seen<Event> seen) {
        Awaitility.await("delivered though unseen")
                .atMost(PATIENCE)
                .until(() ->
                        seen.all().stream().anyMatch(event -> event.type() == EventType.UPDATE && id(event) == 500));
    }

    private static int id(Event event) {
        return event.newRecord().get("id", Integer.class);
    }

    /** What was read of the row. */
    private static List<String> reads(Seen<Event> seen) {
        return seen.all().stream()
                .filter(event -> event.type() == EventType.READ && id(event) == 500)
                .map(event -> event.newRecord().getText("n"))
                .toList();
    }
}
