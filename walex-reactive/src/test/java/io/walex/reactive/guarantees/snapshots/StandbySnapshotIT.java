package io.walex.reactive.guarantees.snapshots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.EventType;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.StandbyServer;
import io.walex.reactive.testsupport.TcpProxy;
import io.walex.reactive.testsupport.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.util.retry.Retry;

/** Snapshots that are read from a standby, and that go on where a standby has become the primary. */
class StandbySnapshotIT {

    private static final long SEED = Long.getLong("walex.snapshots.seed", 20_261_201L);
    private static final int MAJOR = Integer.getInteger("walex.test.major", PostgresServer.DEFAULT_MAJOR);

    private EmbeddedServer primary;
    private StandbyServer standby;
    private TestDatabase database;
    private SnapshotRun run;

    @BeforeEach
    void startBoth() {
        primary = PostgresServer.start(MAJOR, Map.of("logical_decoding_work_mem", "64kB", "wal_sender_timeout", "5s"));
        database = primary.createDatabase();
        run = new SnapshotRun(
                database, List.of(ShadowedTable.of("item", 2500, "", ShadowLog.triggers("item", "item", "id"))));
        run.prepare("");
        standby = StandbyServer.of(primary, "standby", Map.of("hot_standby_feedback", "on"));
    }

    @AfterEach
    void stopBoth() {
        standby.close();
        primary.close();
    }

    private WalExConfig.Builder config(String host, int port, SlotSpec slot) {
        return WalExConfig.fromUrl(database.url())
                .host(host)
                .port(port)
                .name(database.name())
                .publication("events")
                .slot(slot)
                .statusInterval(Duration.ofMillis(100))
                .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(100)))
                .snapshot(SnapshotSpec.initial("item")
                        .store(new KeptProgress())
                        .options(SnapshotOptions.DEFAULT.chunkBytes(16 << 10).rowsPerSecond(250)));
    }

    private SnapshotWriters writers() {
        return new SnapshotWriters(database)
                .add(SEED, 8, new RowWriting(List.of("item"), 5200, true))
                .add(SEED, 8, new RowWriting(List.of("item"), 5200, false))
                .add(SEED, 8, new RowWriting(List.of("item"), 30, false));
    }

    @Test
    void sameStateAtEachCommitOfWhatAStandbyReplays() {
        assumeTrue(MAJOR >= 16);
        CompletableFuture<Void> created = CompletableFuture.runAsync(() -> standby.database(database.name())
                .execute("SELECT pg_create_logical_replication_slot('walex', 'pgoutput')"));
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> {
            database.execute("SELECT pg_log_standby_snapshot()");
            return created.isDone();
        });
        created.join();
        SnapshotWriters writers = writers();
        writers.start();

        run.compare(
                config(standby.host(), standby.port(), SlotSpec.durable("walex"))
                        .build(),
                writers,
                Duration.ofSeconds(1));

        assertThat(run.oracle().count(EventType.READ)).isGreaterThan(1000);
    }

    /** Nothing that was delivered is lost by it: the standby has replayed all, with the slot. */
    @Test
    void goesOnWhereAStandbyHasBecomeThePrimary() {
        assumeTrue(MAJOR >= 17);
        SnapshotWriters before = writers();
        try (TcpProxy proxy = TcpProxy.to(primary)) {
            database.execute(
                    "SELECT pg_create_logical_replication_slot('walex', 'pgoutput', false, false, true)",
                    "ALTER SYSTEM SET synchronized_standby_slots = 'standby'",
                    "SELECT pg_reload_conf()");
            run.compare(
                    config(proxy.host(), proxy.port(), SlotSpec.durable("walex").forFailover())
                            .build(),
                    before,
                    Duration.ofSeconds(1),
                    () -> failOver(before, proxy),
                    () -> {});
        } finally {
            before.stop();
        }
    }

    /** As a standby with sync_replication_slots does from time to time. */
    private void synchronizeSlot() {
        TestDatabase copy = standby.database("postgres");
        // It fails as long as the standby is behind the slot, or the slot behind what the standby keeps.
        await("slot")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .until(() -> {
                    database.execute("SELECT pg_log_standby_snapshot()");
                    copy.execute("SELECT pg_sync_replication_slots()");
                    return copy.queryText(
                                    "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'walex' AND synced AND NOT temporary")
                            .equals("1");
                });
    }

    private void failOver(SnapshotWriters writers, TcpProxy proxy) {
        // While little is written, since the standby's copy waits for the primary's slot to pass what the standby has.
        synchronizeSlot();
        writers.start();
        long reads = run.oracle().count(EventType.READ);
        await("rows").atMost(PATIENCE).until(() -> run.oracle().count(EventType.READ) > reads + 200);
        writers.stop();
        proxy.refuse();
        proxy.reset();
        database.awaitSlotInactive("walex");
        synchronizeSlot();
        TestDatabase copy = standby.database("postgres");
        String end = database.queryText("SELECT pg_current_wal_lsn()");
        await("replayed")
                .atMost(PATIENCE)
                .until(() -> copy.queryText("SELECT pg_last_wal_replay_lsn() >= '%s'".formatted(end))
                        .equals("t"));
        primary.stop(EmbeddedServer.StopMode.IMMEDIATE);
        standby.promote();
        database = standby.database(database.name());
        run.goOn(database);
        proxy.switchTo(standby);
        proxy.accept();
        SnapshotWriters after = writers();
        after.start();
        try {
            await("completed").atMost(PATIENCE).until(run.oracle()::hasCompleted);
        } finally {
            after.stop();
        }
    }
}
