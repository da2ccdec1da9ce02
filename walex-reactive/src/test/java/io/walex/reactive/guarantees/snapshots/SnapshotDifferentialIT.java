package io.walex.reactive.guarantees.snapshots;

import static io.walex.reactive.config.Streaming.ON;
import static io.walex.reactive.config.Streaming.PARALLEL;
import static io.walex.reactive.guarantees.snapshots.TableWriting.Kind.ADD_COLUMN;
import static io.walex.reactive.guarantees.snapshots.TableWriting.Kind.CLUSTER;
import static io.walex.reactive.guarantees.snapshots.TableWriting.Kind.DROP_COLUMN;
import static io.walex.reactive.guarantees.snapshots.TableWriting.Kind.FILL;
import static io.walex.reactive.guarantees.snapshots.TableWriting.Kind.MANY_ROWS;
import static io.walex.reactive.guarantees.snapshots.TableWriting.Kind.TRUNCATE;
import static io.walex.reactive.guarantees.snapshots.TableWriting.Kind.TYPE;
import static io.walex.reactive.guarantees.snapshots.TableWriting.Kind.VACUUM_FULL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
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

    private static final boolean ALL = "all".equals(System.getProperty("walex.snapshots"));

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
                .snapshot(SnapshotSpec.initial(tables).store(new KeptProgress()).options(options()));
    }

    private static SnapshotOptions options() {
        return SnapshotOptions.DEFAULT.chunkBytes(16 << 10).rowsPerSecond(800);
    }

    private static ShadowedTable table(String name, int rows, String options, String... more) {
        return ShadowedTable.of(
                name,
                rows,
                options,
                Stream.concat(Arrays.stream(ShadowLog.triggers(name, name, "id")), Arrays.stream(more))
                        .toArray(String[]::new));
    }

    private SnapshotWriters writers() {
        return new SnapshotWriters(database);
    }

    /** Some change any row, and some the same few. */
    private SnapshotWriters rowWriters(boolean twoPhase, String... tables) {
        return writers()
                .add(SEED, 6, new RowWriting(List.of(tables), 4200, twoPhase))
                .add(SEED, 6, new RowWriting(List.of(tables), 4200, twoPhase))
                .add(SEED, 6, new RowWriting(List.of(tables), 30, twoPhase));
    }

    private SnapshotOracle compare(
            List<ShadowedTable> tables,
            String publicationOptions,
            String slotOptions,
            SnapshotWriters writers,
            UnaryOperator<WalExConfig.Builder> options) {
        SnapshotRun run = new SnapshotRun(database, tables);
        run.prepare(publicationOptions, slotOptions);
        writers.start();
        String[] names = tables.stream().map(ShadowedTable::name).toArray(String[]::new);
        run.compare(options.apply(config(names)).build(), writers, Duration.ofSeconds(1));
        return run.oracle();
    }

    @Test
    void hotKeysAndRowsThatMoveBetweenPages() {
        List<ShadowedTable> tables = List.of(
                table("packed", 2000, "WITH (fillfactor = 100)"), table("roomy", 1000, "WITH (fillfactor = 50)"));

        SnapshotOracle oracle =
                compare(tables, "", "", rowWriters(false, "packed", "roomy"), config -> config.streaming(ON));

        assertThat(oracle.count(EventType.READ)).isGreaterThan(1000);
    }

    @Test
    void eachReplicaIdentity() {
        List<ShadowedTable> tables = List.of(
                table("plain", 700, ""),
                table("whole", 700, "", "ALTER TABLE whole REPLICA IDENTITY FULL"),
                ShadowedTable.of(
                                "indexed",
                                700,
                                "",
                                Stream.concat(
                                                Arrays.stream(ShadowLog.triggers("indexed", "indexed", "code")),
                                                Stream.of(
                                                        "ALTER TABLE indexed REPLICA IDENTITY USING INDEX indexed_code_key"))
                                        .toArray(String[]::new))
                        .keyedBy("code"));

        compare(tables, "", "", rowWriters(false, "plain", "whole", "indexed"), config -> config.binary(true));
    }

    @ParameterizedTest
    @EnumSource(
            value = TwoPhase.class,
            names = {"OFF", "AT_COMMIT"})
    void preparedTransactions(TwoPhase twoPhase) {
        assumeTrue(MAJOR >= 15 || twoPhase == TwoPhase.OFF);
        String slot = twoPhase == TwoPhase.OFF || MAJOR < 15 ? "" : ", twophase => true";

        compare(
                List.of(table("item", 1500, "")),
                "",
                slot,
                rowWriters(true, "item"),
                config -> config.twoPhase(twoPhase).streaming(ON));
    }

    @Test
    void tablesThatAreAlteredAndRewritten() {
        List<ShadowedTable> tables =
                List.of(table("altered", 1200, ""), table("emptied", 1200, ""), table("vacuumed", 1200, ""));
        SnapshotWriters writers = rowWriters(false, "altered", "emptied", "vacuumed")
                .add(SEED, 400, new TableWriting("altered", 0, ADD_COLUMN, DROP_COLUMN, TYPE))
                .add(SEED, 500, new TableWriting("emptied", 0, TRUNCATE, FILL, FILL))
                .add(SEED, 500, new TableWriting("vacuumed", 0, VACUUM_FULL, CLUSTER));

        compare(tables, "", "", writers, config -> config);
    }

    @Test
    void largeTransactions() {
        SnapshotWriters writers =
                rowWriters(false, "item").add(SEED, 1000, new TableWriting("item", ALL ? 50_000 : 8_000, MANY_ROWS));

        compare(
                List.of(table("item", 2500, "")),
                "",
                "",
                writers,
                config -> config.streaming(MAJOR < 16 ? ON : PARALLEL));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void partitionsThatRowsMoveBetween(boolean viaRoot) {
        List<String> statements = new ArrayList<>(List.of(
                "CREATE TABLE parts (id int PRIMARY KEY, code text NOT NULL, n int, small text, big text) PARTITION BY RANGE (id)",
                "CREATE TABLE low PARTITION OF parts FOR VALUES FROM (0) TO (1500)",
                "CREATE TABLE high PARTITION OF parts FOR VALUES FROM (1500) TO (3000)",
                "CREATE TABLE rest (big text, id int NOT NULL, small text, code text NOT NULL, n int)",
                "ALTER TABLE parts ATTACH PARTITION rest DEFAULT",
                ShadowedTable.external("low"),
                ShadowedTable.external("high"),
                ShadowedTable.external("rest")));
        String[] triggers = ShadowLog.triggers("parts", viaRoot ? "parts" : "", "id");
        statements.add(triggers[0]);
        statements.add(triggers[1]);
        statements.add(ShadowedTable.rows("parts", 2000));
        ShadowedTable root = new ShadowedTable("parts", "id", statements, "parts", row -> true, Set.of());
        List<ShadowedTable> tables = viaRoot
                ? List.of(root)
                : List.of(
                        new ShadowedTable("low", "id", statements, "parts", row -> true, Set.of()),
                        root.named("high"),
                        root.named("rest"));

        compare(
                tables,
                " WITH (publish_via_partition_root = %s)".formatted(viaRoot),
                "",
                rowWriters(false, "parts"),
                config -> config);
    }

    @Test
    void rowFiltersAndColumnLists() {
        assumeTrue(MAJOR >= 15);
        List<ShadowedTable> tables = List.of(
                table("filtered", 1500, "")
                        .published(
                                "filtered WHERE (id % 3 <> 0)",
                                row -> Integer.parseInt(row.get("id")) % 3 != 0, Set.of()),
                table("wide", 1500, "", "ALTER TABLE wide REPLICA IDENTITY FULL")
                        .published(
                                "wide WHERE (n % 4 <> 0)",
                                row -> row.get("n") != null && Integer.parseInt(row.get("n")) % 4 != 0, Set.of()),
                table("narrow", 1500, "").published("narrow (id, big, n)", row -> true, Set.of("id", "big", "n")));

        compare(tables, "", "", rowWriters(false, "filtered", "wide", "narrow"), config -> config.binary(true));
    }
}
