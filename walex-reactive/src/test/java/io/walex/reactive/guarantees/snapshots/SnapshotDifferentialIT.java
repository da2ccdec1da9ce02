package io.walex.reactive.guarantees.snapshots;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.EventType;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * At every commit, what a user has of a table is what it held, as far as it was read or changed; from the end of its snapshot
 * on, all of it.
 *
 * <p>{@code -Dwalex.snapshots=all} makes it last longer, {@code -Dwalex.snapshots.seed=...} makes it another one.
 */
class SnapshotDifferentialIT {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotDifferentialIT.class);
    private static final long SEED = Long.getLong("walex.snapshots.seed", 20_261_201L);
    private static final int MAJOR = Integer.getInteger("walex.test.major", PostgresServer.DEFAULT_MAJOR);

    private static EmbeddedServer server;
    private TestDatabase database;

    @BeforeAll
    static void start() {
        server = PostgresServer.start(MAJOR, Map.of("logical_decoding_work_mem", "64kB"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void create() {
        LOG.info("Seed {}", SEED);
        database = server.createDatabase();
    }

    @AfterEach
    void drop() {
        database.rollbackPrepared();
        database.drop();
    }

    private WalExConfig.Builder config(String... tables) {
        return WalExConfig.fromUrl(database.url())
                .name(database.name())
                .publication("events")
                .slot(SlotSpec.durable("walex"))
                .statusInterval(Duration.ofMillis(100))
                .snapshot(SnapshotSpec.initial(tables)
                        .store(new KeptProgress())
                        .options(options()));
    }

    private static SnapshotOptions options() {
        return SnapshotOptions.DEFAULT.chunkBytes(16 << 10).rowsPerSecond(800);
    }

    private ShadowedTable shadowed(ShadowedTable table) {
        return table;
    }

    @Test
    void hotKeysAndLargeValues() {
        ShadowedTable item = ShadowedTable.of(
                "item", 2000, "WITH (fillfactor = 100)", ShadowLog.triggers("item", "item", "id"));
        SnapshotRun run = new SnapshotRun(database, List.of(item));
        run.prepare("", "");
        SnapshotWriters writers = new SnapshotWriters(database)
                .add(SEED, 4, new RowWriting(List.of("item"), 4200, false))
                .add(SEED, 4, new RowWriting(List.of("item"), 4200, false))
                .add(SEED, 4, new RowWriting(List.of("item"), 30, false));
        writers.start();

        run.compare(config("item").build(), writers, Duration.ofSeconds(1));

        assertThat(run.oracle().count(EventType.READ)).isGreaterThan(500);
    }
}
