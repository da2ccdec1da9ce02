package io.walex.reactive.guarantees.slots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.codec.TypeCatalog;
import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventColumns;
import io.walex.reactive.event.EventFilters;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.LogLines;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * What a start reads of a large schema that was never analyzed, by the rows that the server counts: a tenth of the size that
 * {@code -Dwalex.test.schema=full} gives it.
 */
class LargeSchemaIT {

    private static final boolean FULL = "full".equals(System.getProperty("walex.test.schema"));
    private static final int TABLES = FULL ? 1_800 : 180;
    private static final int COLUMNS = FULL ? 150 : 60;

    /** What the server reads of pg_attribute to know its own catalogs, and what we look at in these. */
    private static final long OF_CATALOGS = 6_000;

    private static EmbeddedServer server;

    private TestDatabase database;

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start(
                Integer.getInteger("walex.test.major", PostgresServer.DEFAULT_MAJOR),
                Map.of("autovacuum", "off", "max_locks_per_transaction", "1000"));
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void createDatabase() {
        database = server.createDatabase();
    }

    @AfterEach
    void drop() {
        database.drop();
    }

    private void createTables(int tables, int columns) {
        database.execute("""
                        DO $$
                        BEGIN
                            FOR i IN 1..%d LOOP
                                EXECUTE 'CREATE TABLE t' || i || ' (id int PRIMARY KEY, '
                                    || (SELECT string_agg('c' || j || ' int', ', ') FROM generate_series(2, %d) j) || ')';
                            END LOOP;
                        END $$
                        """.formatted(tables, columns), "CREATE PUBLICATION events FOR ALL TABLES");
    }

    private WalExConfig.Builder config() {
        return WalExConfig.fromUrl(database.url())
                .name("large")
                .publication("events")
                .subscribe("t1");
    }

    /** Streams until an event has come, and ends. */
    private void streamOne(WalExConfig config, UnaryOperator<Flux<Event>> shown) {
        WalEx walex = WalEx.create(config);
        List<Object> events = new ArrayList<>();
        Disposable stream = shown.apply(walex.changes()).subscribe(events::add, events::add);
        walex.awaitStreaming().block(PATIENCE);
        database.execute("INSERT INTO t1 (id) VALUES (1)");
        await().until(() -> !events.isEmpty());
        assertThat(events.get(0)).isInstanceOf(Event.class);
        walex.closeGracefully().block(PATIENCE);
        stream.dispose();
    }

    /** How many rows of pg_attribute all sessions of this time read until they ended. */
    private long attributesRead(Runnable work) {
        long before = attributesRead();
        work.run();
        awaitNoSession();
        return attributesRead() - before;
    }

    private long attributesRead() {
        return Long.parseLong(database.queryText(
                "SELECT (seq_tup_read + idx_tup_fetch)::text FROM pg_stat_sys_tables WHERE relname = 'pg_attribute'"));
    }

    private void awaitNoSession() {
        await().until(() -> server.database("postgres")
                .queryText("SELECT count(*)::text FROM pg_stat_activity WHERE application_name = 'large'")
                .equals("0"));
    }

    @Test
    void columnsOfTablesAreNotReadWhereNobodyNamesThem() {
        createTables(TABLES, COLUMNS);

        assertThat(attributesRead(() -> streamOne(config().build(), stream -> stream)))
                .isLessThan(OF_CATALOGS);
        assertThat(attributesRead(() -> WalEx.preflight(config().build()).block(PATIENCE)))
                .isLessThan(OF_CATALOGS);
    }

    @Test
    void columnsAreReadOfTheTableThatTheyAreNamedOf() {
        createTables(2, 1_500);

        assertThat(attributesRead(() -> streamOne(
                        config().build(),
                        stream -> stream.transform(EventColumns.of("t1").exclude("c7")))))
                .isLessThan(OF_CATALOGS + 6 * 1_500);
        assertThatThrownBy(() -> WalEx.changes(config().build())
                        .transform(EventColumns.of("t1").exclude("c7000"))
                        .blockFirst(PATIENCE))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContainingAll("public.t1", "\"c7000\"", "it has \"c700\"");
    }

    @Test
    void publicationIsMadeOfWhatIsSubscribedTo() {
        createTables(TABLES, COLUMNS);
        database.execute("DROP PUBLICATION events");
        WalExConfig config =
                config().publicationSetup(PublicationSetup.CREATE_OR_ALTER).build();

        assertThat(attributesRead(() -> WalEx.preflight(config).block(PATIENCE)))
                .isLessThan(OF_CATALOGS);
        assertThat(attributesRead(() -> streamOne(config, stream -> stream))).isLessThan(OF_CATALOGS);
        database.execute("DELETE FROM t1");
        assertThat(attributesRead(
                        () -> streamOne(config.mutate().subscribe("t1", "t2").build(), stream -> stream)))
                .isLessThan(OF_CATALOGS);
        assertThat(database.queryText("SELECT string_agg(tablename, ' ' ORDER BY 1) FROM pg_publication_tables"))
                .isEqualTo("t1 t2");
    }

    @Test
    void misspeltTablesAreStillFoundAmongAll() {
        createTables(12, 2);
        try (LogLines log = LogLines.captureAll()) {
            streamOne(
                    config().subscribe("t1", "tt11").build(),
                    stream -> stream.filter(EventFilters.table("t1", "tt12")));

            assertThat(log.messages())
                    .anyMatch(line -> line.contains("subscribes in vain: \"tt11\" is not in publication \"events\"")
                            && line.contains("it has \"t1"));
        }
    }

    @Test
    void everyPublishedTableHasItsColumns() {
        database.execute(
                "CREATE TABLE t1 (id int PRIMARY KEY, gone int, \"we\"\"ird, ] 'name\\\" int)",
                "ALTER TABLE t1 DROP COLUMN gone",
                "CREATE TABLE none ()",
                "CREATE TABLE sale (id int, day int) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM (1) TO (10)",
                "CREATE UNLOGGED TABLE scratch (id int)",
                "CREATE VIEW seen AS SELECT id FROM t1",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "CREATE PUBLICATION roots FOR ALL TABLES WITH (publish_via_partition_root = true)",
                "CREATE PUBLICATION named FOR TABLE sale");

        assertThat(published("events"))
                .containsExactly("public.none []", "public.sale_1 [id, day]", "public.t1 [id, we\"ird, ] 'name\\]");
        assertThat(published("roots"))
                .containsExactly("public.none []", "public.sale [id, day]", "public.t1 [id, we\"ird, ] 'name\\]");
        assertThat(published("named")).containsExactly("public.sale_1 [id, day]");
    }

    private List<String> published(String publication) {
        WalExConfig config = config().publication(publication).build();
        return WalEx.create(config).publishedTables().block(PATIENCE).tables().stream()
                .map(table -> table + " " + table.columns())
                .toList();
    }

    /** What is known without columns is what the server says that a publication covers. */
    @Test
    void coversWhatTheServerSaysOfEachPublication() {
        database.execute(
                "CREATE SCHEMA other",
                "CREATE TABLE t1 (id int PRIMARY KEY)",
                "CREATE TABLE other.t1 (id int PRIMARY KEY)",
                "CREATE TABLE sale (id int) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM (1) TO (10) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_1_1 PARTITION OF sale_1 FOR VALUES FROM (1) TO (5)",
                "CREATE UNLOGGED TABLE scratch (id int)",
                "CREATE MATERIALIZED VIEW seen AS SELECT id FROM t1",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "CREATE PUBLICATION roots FOR ALL TABLES WITH (publish_via_partition_root = true)",
                "CREATE PUBLICATION named FOR TABLE sale, other.t1");
        for (String publication : List.of("events", "roots", "named")) {
            try (LogLines log = LogLines.capture("io.walex.reactive.stream.TableChecks")) {
                WalEx walex = WalEx.create(config().publication(publication)
                        .subscribe("*", "absent")
                        .build());
                Disposable stream = walex.changes().subscribe(event -> {}, error -> {});
                walex.awaitStreaming().block(PATIENCE);
                walex.closeGracefully().block(PATIENCE);
                stream.dispose();

                assertThat(log.messages())
                        .singleElement()
                        .asString()
                        .endsWith("it has " + database.queryText("""
                                SELECT '[' || string_agg(schemaname || '.' || tablename, ', ' ORDER BY 1, 2) || ']'
                                  FROM (SELECT * FROM pg_publication_tables WHERE pubname = '%s' ORDER BY 2, 3) t
                                """.formatted(publication)));
            }
        }
    }

    @Test
    void rowTypesOfTablesAreReadWhereSomethingHasThem() throws SQLException {
        createTables(8, 2);
        database.execute(
                "CREATE TYPE pair AS (a int, b int)",
                "CREATE TYPE mood AS ENUM ('sad')",
                "CREATE TABLE whole (part t1, parts t2[], pair pair, moods mood[])",
                "CREATE DOMAIN positive AS t3 CHECK ((VALUE).id > 0)",
                "CREATE TYPE nested AS (inner_row t4)",
                "CREATE VIEW seen AS SELECT id FROM t1");

        assertThat(described())
                .contains("t1", "t2", "_t2", "t3", "t4", "pair", "_pair", "mood", "_mood", "positive", "nested")
                .doesNotContain("t5", "_t5", "t8", "_t8", "whole", "_whole", "seen", "_seen");
    }

    private List<String> described() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Connection connection = database.jdbc();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(TypeCatalog.TYPES)) {
            while (rows.next()) {
                names.add(rows.getString("name"));
            }
        }
        return names;
    }
}
