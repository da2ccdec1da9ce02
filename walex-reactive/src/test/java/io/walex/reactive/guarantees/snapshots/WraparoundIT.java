package io.walex.reactive.guarantees.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The stream names transactions by 32 bits, snapshots by 64: a snapshot goes on where the ids of the stream begin anew. Where
 * no PostgreSQL is installed, whose {@code pg_resetwal} the embedded binaries lack, this is not shown.
 */
class WraparoundIT {

    private static final long SEED = Long.getLong("walex.snapshots.seed", 20_261_201L);
    private static final long END = 1L << 32;

    @Test
    void sameStateAtEachCommitWhileTransactionIdsBeginAnew() {
        int major = IntStream.rangeClosed(PostgresServer.OLDEST_MAJOR, PostgresServer.DEFAULT_MAJOR)
                .filter(version -> Files.isExecutable(program(version)))
                .findFirst()
                .orElse(0);
        assumeTrue(major > 0, "no pg_resetwal");
        try (EmbeddedServer server = PostgresServer.start(major, Map.of("autovacuum", "off"))) {
            TestDatabase database = server.createDatabase();
            database.execute("ALTER DATABASE template0 ALLOW_CONNECTIONS true");
            // Nothing may be older by half of all ids.
            for (long next : new long[] {END / 4, END / 2, END / 4 * 3, END - 1500}) {
                for (String each : List.of("template0", "template1", "postgres", database.name())) {
                    server.database(each).execute("VACUUM FREEZE");
                }
                server.nextTransactionId(program(major), next);
            }
            SnapshotRun run = new SnapshotRun(
                    database, List.of(ShadowedTable.of("item", 2500, "", ShadowLog.triggers("item", "item", "id"))));
            run.prepare("", "");
            SnapshotWriters writers = new SnapshotWriters(database)
                    .add(SEED, 8, new RowWriting(List.of("item"), 5200, true))
                    .add(SEED, 8, new RowWriting(List.of("item"), 5200, false))
                    .add(SEED, 8, new RowWriting(List.of("item"), 30, false));
            writers.start();

            run.compare(
                    WalExConfig.fromUrl(database.url())
                            .publication("events")
                            .slot(SlotSpec.durable("walex"))
                            .statusInterval(Duration.ofMillis(100))
                            .snapshot(SnapshotSpec.initial("item")
                                    .store(new KeptProgress())
                                    .options(SnapshotOptions.DEFAULT
                                            .chunkBytes(16 << 10)
                                            .rowsPerSecond(400)))
                            .build(),
                    writers,
                    Duration.ofSeconds(1));

            assertThat(Long.parseLong(database.queryText("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")))
                    .isGreaterThan(END);
        }
    }

    private static Path program(int major) {
        return Path.of("/usr/lib/postgresql", Integer.toString(major), "bin", "pg_resetwal");
    }
}
