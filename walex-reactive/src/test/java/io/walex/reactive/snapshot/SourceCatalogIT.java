package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.error.InsufficientPrivilegeException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventTuples;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which tables a snapshot reads, and what it reads of them: that of which the stream tells. */
class SourceCatalogIT {

    private static final int MAJOR = Integer.getInteger("walex.test.major", PostgresServer.DEFAULT_MAJOR);

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(() -> postgres);

    @RegisterExtension
    final Reading reading = Reading.of(() -> postgres);

    private String role;

    @BeforeEach
    void nameRole() {
        role = "reader_" + postgres.name();
    }

    @AfterEach
    void dropRole() {
        postgres.execute(
                "DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '%1$s') THEN DROP OWNED BY %1$s; END IF; END $$"
                        .formatted(role),
                "DROP ROLE IF EXISTS " + role);
    }

    /** What the stream says of rows that are written now is what a snapshot reads of them. */
    private void assertReadAsStreamed(List<String> publications, String... statements) {
        reading.with(config -> config.publication(publications.toArray(String[]::new)));
        Seen<Event> events = streams.start(WalEx.changes(streams.config()
                .publication(publications.toArray(String[]::new))
                .build()));
        postgres.awaitSlotActive(StreamFixture.SLOT);
        postgres.execute(statements);
        postgres.execute("INSERT INTO last VALUES (1)");
        Awaitility.await("last")
                .atMost(StreamFixture.PATIENCE)
                .until(() -> events.all().stream()
                        .anyMatch(event -> event.source().table().equals("last")));

        List<SourceTable> tables = reading.tables("*");

        assertThat(tables.stream().map(SourceTable::relation).distinct())
                .containsExactlyInAnyOrderElementsOf(events.all().stream()
                        .map(SourceCatalogIT::relation)
                        .distinct()
                        .toList());
        assertThat(tables.stream()
                        .flatMap(table ->
                                reading.rows(table).stream().map(row -> table.title() + " " + Reading.text(row))))
                .containsExactlyInAnyOrderElementsOf(
                        events.all().stream().map(SourceCatalogIT::text).toList());
    }

    private static Relation relation(Event event) {
        return Reading.plain(Objects.requireNonNull(EventTuples.relation(event)));
    }

    private static String text(Event event) {
        return event.source().schema() + "." + event.source().table() + " "
                + Reading.text(Objects.requireNonNull(EventTuples.newTuple(event)));
    }

    private void createPartitions() {
        postgres.execute(
                "CREATE TABLE last (id int PRIMARY KEY)",
                "CREATE TABLE sale (id int, day int, what text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
                "CREATE TABLE sale_1 (what text, day int NOT NULL, gone int, id int NOT NULL)",
                "ALTER TABLE sale_1 DROP COLUMN gone",
                "ALTER TABLE sale ATTACH PARTITION sale_1 FOR VALUES FROM (1) TO (10)",
                "CREATE TABLE sale_2 PARTITION OF sale FOR VALUES FROM (10) TO (20) PARTITION BY LIST (day)",
                "CREATE TABLE sale_2a PARTITION OF sale_2 FOR VALUES IN (10, 11)",
                "CREATE TABLE sale_2b PARTITION OF sale_2 DEFAULT");
    }

    private static final String[] SALES = {
        "INSERT INTO sale VALUES (1, 1, 'a'), (2, 2, NULL), (3, 10, 'c'), (4, 12, 'd'), (5, 13, 'e')"
    };

    @Test
    void partitionsComeAsThemselves() {
        createPartitions();
        postgres.execute("CREATE PUBLICATION events FOR TABLE sale, last");

        assertReadAsStreamed(List.of("events"), SALES);

        assertThat(reading.tables("sale"))
                .extracting(SourceTable::title)
                .containsExactly("public.sale_1", "public.sale_2a", "public.sale_2b");
        assertThat(reading.tables("sale_2")).hasSize(2);
        assertThat(reading.tables("sale_1")).hasSize(1);
    }

    @Test
    void partitionsComeAsTheirRoot() {
        createPartitions();
        postgres.execute("CREATE PUBLICATION events FOR TABLE sale, last WITH (publish_via_partition_root = true)");

        assertReadAsStreamed(List.of("events"), SALES);

        assertThat(reading.tables("sale"))
                .extracting(SourceTable::title, SourceTable::name)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("public.sale", "\"public\".\"sale_1\""),
                        org.assertj.core.groups.Tuple.tuple("public.sale", "\"public\".\"sale_2a\""),
                        org.assertj.core.groups.Tuple.tuple("public.sale", "\"public\".\"sale_2b\""));
        assertThatThrownBy(() -> reading.tables("sale_1"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("it is a partition of \"public.sale\", as which its changes come: name that");
    }

    @Test
    void partitionsComeAsTheHighestTableThatAPublicationNames() {
        createPartitions();
        postgres.execute(
                "CREATE PUBLICATION leaves FOR TABLE sale_2a, last",
                "CREATE PUBLICATION middle FOR TABLE sale_2 WITH (publish_via_partition_root = true)",
                "CREATE PUBLICATION every FOR ALL TABLES");

        assertReadAsStreamed(List.of("leaves", "middle", "every"), SALES);

        assertThat(reading.tables("sale_2")).extracting(SourceTable::title).containsOnly("public.sale_2");
    }

    @Test
    void columnsAndRowsThatPublicationsLeaveOutAreNotRead() {
        assumeThat(MAJOR).isGreaterThanOrEqualTo(15);
        createPartitions();
        postgres.execute(
                "CREATE TABLE item (secret text, id int PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED)",
                "CREATE TABLE keyed_by_secret (secret int PRIMARY KEY, n int)",
                "CREATE SCHEMA own",
                "CREATE TABLE own.entry (id int PRIMARY KEY)",
                "CREATE PUBLICATION one FOR TABLE item (n, id) WHERE (id > 3), last, sale WHERE (id <> 3), own.entry WHERE (id > 3) WITH (publish_via_partition_root = true)",
                "CREATE PUBLICATION two FOR TABLE item (n, id) WHERE (id = 1)",
                "CREATE PUBLICATION three FOR TABLES IN SCHEMA own",
                "CREATE PUBLICATION inserts FOR TABLE keyed_by_secret (n) WITH (publish = 'insert')");

        assertReadAsStreamed(
                List.of("one", "two", "three", "inserts"),
                "INSERT INTO item (secret, id, n) SELECT 'x', i, i FROM generate_series(1, 5) i",
                "INSERT INTO keyed_by_secret VALUES (1, 2)",
                "INSERT INTO own.entry VALUES (1), (5)",
                SALES[0]);

        assertThat(reading.table("item").filter()).contains(" OR ");
        assertThat(reading.table("own.entry").filter()).isEmpty();
        assertThat(reading.table("keyed_by_secret").key()).isEmpty();
    }

    @Test
    void generatedColumnsArePublished() {
        assumeThat(MAJOR).isGreaterThanOrEqualTo(18);
        postgres.execute(
                "CREATE TABLE last (id int PRIMARY KEY)",
                "CREATE TABLE item (id int PRIMARY KEY, s int GENERATED ALWAYS AS (id * 2) STORED, v int GENERATED ALWAYS AS (id * 3) VIRTUAL)",
                "CREATE TABLE listed (id int PRIMARY KEY, s int GENERATED ALWAYS AS (id * 2) STORED, n int)",
                "CREATE PUBLICATION events FOR TABLE item, last, listed (id, s) WITH (publish_generated_columns = stored)");

        assertReadAsStreamed(
                List.of("events"), "INSERT INTO item VALUES (1)", "INSERT INTO listed (id, n) VALUES (1, 2)");
    }

    @Test
    void hundredsOfTablesTakeTwoQueries() {
        postgres.execute(
                "DO $$ BEGIN FOR i IN 1..600 LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY)', i); END LOOP; END $$",
                "CREATE PUBLICATION events FOR ALL TABLES");

        assertThat(reading.tables("*")).hasSize(600).allMatch(SourceTable::hasKey);
    }

    @Test
    void tablesThatCannotBeReadAreNamedWithARemedy() {
        postgres.execute(
                "CREATE TABLE item (id int PRIMARY KEY)",
                "CREATE TABLE other (id int PRIMARY KEY)",
                "CREATE VIEW seen AS SELECT * FROM item",
                "CREATE PUBLICATION events FOR ALL TABLES");
        reading.with(config -> config.subscribe("item"));

        assertThatThrownBy(() -> reading.tables("itme"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("\"itme\" is not in publication \"events\"; it has \"item\"");
        assertThatThrownBy(() -> reading.tables("seen"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("Views, foreign tables and unlogged tables cannot be published");
        assertThatThrownBy(() -> reading.tables("other"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("\"other\", which is not subscribed to: subscriptions are [item]");
        assertThat(reading.tables("*")).hasSize(1);
    }

    @Test
    void rightsThatAreMissingAreNamedWithARemedy() {
        postgres.execute(
                "CREATE ROLE %s LOGIN REPLICATION".formatted(role),
                "CREATE SCHEMA own",
                "CREATE TABLE own.item (id int PRIMARY KEY, owner text)",
                "INSERT INTO own.item VALUES (1, 'a')",
                "CREATE PUBLICATION events FOR ALL TABLES");
        reading.as(role, "", config -> config);

        assertThatThrownBy(() -> reading.tables("item"))
                .isInstanceOf(InsufficientPrivilegeException.class)
                .hasMessageContaining("GRANT USAGE ON SCHEMA \"own\" TO \"%s\"".formatted(role));
        postgres.execute("GRANT USAGE ON SCHEMA own TO " + role, "GRANT SELECT (id) ON own.item TO " + role);
        assertThatThrownBy(() -> reading.tables("item"))
                .isInstanceOf(InsufficientPrivilegeException.class)
                .hasMessageContaining("GRANT SELECT ON TABLE \"own\".\"item\" TO \"%s\"".formatted(role));
        postgres.execute("GRANT SELECT ON own.item TO " + role);
        SourceTable table = reading.table("item");
        assertThat(reading.rows(table)).hasSize(1);
        postgres.execute(
                "ALTER TABLE own.item ENABLE ROW LEVEL SECURITY",
                "CREATE POLICY own_rows ON own.item USING (owner = current_user)");
        assertThatThrownBy(() -> reading.tables("item"))
                .isInstanceOf(InsufficientPrivilegeException.class)
                .hasMessageContaining("ALTER ROLE \"%s\" BYPASSRLS".formatted(role));
        // What the look ahead has missed, the server refuses.
        assertThatThrownBy(() -> reading.rows(table))
                .hasMessageContaining("row-level security")
                .extracting(error -> ((io.walex.reactive.server.ServerError) error).sqlState())
                .isEqualTo("42501");
    }
}
