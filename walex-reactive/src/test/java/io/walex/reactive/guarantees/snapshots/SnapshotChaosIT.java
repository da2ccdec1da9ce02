package io.walex.reactive.guarantees.snapshots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.ForkedJvm;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TcpProxy;
import io.walex.reactive.testsupport.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.util.retry.Retry;

/**
 * Everything breaks while a snapshot is read and writers go on, and the state is right at each commit all the same.
 *
 * <p>{@code -Dwalex.snapshots=all} makes it last longer, {@code -Dwalex.snapshots.seed=...} makes it another one.
 */
class SnapshotChaosIT {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotChaosIT.class);
    private static final long SEED = Long.getLong("walex.snapshots.seed", 20_261_201L);
    private static final boolean ALL = "all".equals(System.getProperty("walex.snapshots"));
    private static final int MAJOR = Integer.getInteger("walex.test.major", PostgresServer.DEFAULT_MAJOR);

    private static EmbeddedServer server;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        server = PostgresServer.start(
                MAJOR, Map.of("logical_decoding_work_mem", "64kB", "max_wal_size", "1GB", "wal_sender_timeout", "3s"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static ShadowedTable table(String name, int rows) {
        return ShadowedTable.of(name, rows, "", ShadowLog.triggers(name, name, "id"));
    }

    @Test
    void sameStateAtEachCommitWhileEverythingBreaks() {
        LOG.info("Seed {}", SEED);
        TestDatabase database = server.createDatabase();
        SnapshotRun run = new SnapshotRun(
                database, List.of(table("item", ALL ? 20_000 : 2500), table("other", ALL ? 8000 : 1000)));
        run.prepare("", "");
        SnapshotWriters writers = new SnapshotWriters(database)
                .add(SEED, 10, new RowWriting(List.of("item", "other"), 5200, true))
                .add(SEED, 10, new RowWriting(List.of("item", "other"), 5200, false))
                .add(SEED, 10, new RowWriting(List.of("item", "other"), 30, false));
        try (TcpProxy proxy = TcpProxy.to(server)) {
            SnapshotBreaker breaker = new SnapshotBreaker(server, database, proxy, new Random(SEED));
            writers.start();
            try {
                run.compare(config(database, proxy), writers, Duration.ofSeconds(1), breaker::start, breaker::end);
            } finally {
                LOG.info("Broken: {}", breaker.end());
            }
            assertThat(breaker.end().values().stream()
                            .mapToInt(Integer::intValue)
                            .sum())
                    .isGreaterThan(5);
        } finally {
            database.drop();
        }
    }

    private static WalExConfig config(TestDatabase database, TcpProxy proxy) {
        return WalExConfig.fromUrl(database.url())
                .host(proxy.host())
                .port(proxy.port())
                .name(database.name())
                .publication("events")
                .slot(SlotSpec.durable("walex"))
                .statusInterval(Duration.ofMillis(100))
                .streaming(Streaming.ON)
                .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(20)))
                .snapshot(SnapshotSpec.initial("item", "other")
                        .store(new KeptProgress())
                        .options(SnapshotOptions.DEFAULT.chunkBytes(16 << 10).rowsPerSecond(250)))
                .build();
    }

    /** What a consumer has when it was killed again and again; how much it read twice; that the slot moved meanwhile. */
    @Test
    void consumersThatAreKilledReadFewRowsTwice() throws Exception {
        LOG.info("Seed {}", SEED);
        int kills = ALL ? 50 : 6;
        TestDatabase database = server.createDatabase();
        TestDatabase copy = server.createDatabase();
        for (TestDatabase each : List.of(database, copy)) {
            each.execute(
                    "CREATE TABLE item (id int PRIMARY KEY, code text, n int, small text, big text)",
                    "CREATE TABLE quiet (id int PRIMARY KEY, filler text)",
                    "ALTER TABLE item ALTER big SET STORAGE EXTERNAL");
        }
        copy.execute("CREATE TABLE reads (tab text, id int)");
        int quietRows = 60 * 40 * (ALL ? 8 : 1);
        database.execute(
                ShadowedTable.rows("item", 1500),
                "INSERT INTO quiet SELECT i, repeat('q', 100) FROM generate_series(1, %d) i".formatted(quietRows),
                "CREATE PUBLICATION events FOR TABLE item, quiet",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
        int rowsInAChunk = 2
                * Integer.parseInt(database.queryText(
                        "SELECT max(n) FROM (SELECT count(*) n FROM quiet GROUP BY (ctid::text::point)[0]) pages"));
        Lsn before = database.slot("walex").orElseThrow().confirmedFlushLsn();
        SnapshotWriters writers = new SnapshotWriters(database)
                .add(SEED, 20, new RowWriting(List.of("item"), 3200, false))
                .add(SEED, 20, new RowWriting(List.of("item"), 30, false));
        Random random = new Random(SEED);
        // Spread over all that there is to be read.
        long between = (quietRows + 1500L) / (kills + 2);
        writers.start();
        int killed = 0;
        Process process = consumer(database, copy);
        try {
            while (killed < kills && !completed(copy)) {
                long reads = reads(copy);
                Process running = process;
                Awaitility.await("more rows")
                        .atMost(PATIENCE)
                        .failFast(() -> assertThat(running.isAlive()).isTrue())
                        .until(() -> reads(copy) > reads + between || completed(copy));
                LockSupport.parkNanos(Duration.ofMillis(random.nextInt(300)).toNanos());
                process.destroyForcibly().waitFor();
                killed++;
                database.awaitSlotInactive("walex");
                process = consumer(database, copy);
            }
            Awaitility.await("completed").atMost(PATIENCE).until(() -> completed(copy));
            Lsn meanwhile = database.slot("walex").orElseThrow().confirmedFlushLsn();
            assertThat(meanwhile.isAfter(before)).isTrue();
            writers.stop();
            Lsn end = database.currentLsn();
            database.execute("INSERT INTO item (id) VALUES (1000000)");
            Awaitility.await("all")
                    .atMost(PATIENCE)
                    .until(() -> copy.queryText("SELECT count(*) FROM item WHERE id = 1000000")
                            .equals("1"));
            LOG.info("{} kills, {} rows read of {}, end {}", killed, reads(copy), quietRows, end);
            for (String table : List.of("item", "quiet")) {
                assertThat(rows(copy, table)).isEqualTo(rows(database, table));
            }
            long twice = Long.parseLong(
                    copy.queryText(
                            "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) n FROM reads WHERE tab = 'quiet' AND id IS NOT NULL GROUP BY id) x"));
            LOG.info("{} rows of quiet were read twice, in chunks of {}", twice, rowsInAChunk);
            assertThat(twice).isLessThanOrEqualTo(2L * rowsInAChunk * killed);
        } finally {
            process.destroyForcibly().waitFor();
            writers.stop();
            database.awaitSlotInactive("walex");
            database.drop();
            copy.drop();
        }
    }

    private Process consumer(TestDatabase database, TestDatabase copy) {
        return ForkedJvm.start(
                List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"),
                KilledReplica.class,
                database.url(),
                "jdbc:postgresql://%s:%d/%s?user=%s".formatted(copy.host(), copy.port(), copy.name(), server.user()),
                directory.toString(),
                "400",
                "item,quiet");
    }

    private static boolean completed(TestDatabase copy) {
        return copy.queryText("SELECT count(DISTINCT tab) FROM reads WHERE id IS NULL")
                .equals("2");
    }

    private static long reads(TestDatabase copy) {
        return Long.parseLong(copy.queryText("SELECT count(*) FROM reads"));
    }

    private static String rows(TestDatabase database, String table) {
        return database.queryText(
                "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY id)), '') FROM %s t"
                        .formatted(table));
    }
}
