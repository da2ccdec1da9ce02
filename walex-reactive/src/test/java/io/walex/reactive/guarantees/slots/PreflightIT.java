package io.walex.reactive.guarantees.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.config.WhenInUse;
import io.walex.reactive.error.CapacityException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.preflight.Preflight;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.EmbeddedServer.StopMode;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.StandbyServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.test.StepVerifier;

/** Each thing that a preflight finds, on a server where it is so. */
class PreflightIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String ROLE = "shop";

    @RegisterExtension
    static final PostgresExtension oldest = PostgresExtension.shared(PostgresServer.OLDEST_MAJOR);

    private static EmbeddedServer server;

    private TestDatabase database;

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start(PostgresServer.DEFAULT_MAJOR, Map.of("max_connections", "20"));
        server.database("postgres").execute("CREATE ROLE " + ROLE + " LOGIN REPLICATION");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void createTables() {
        database = server.createDatabase();
        database.execute("CREATE TABLE todo (id int PRIMARY KEY)", "CREATE PUBLICATION events FOR TABLE todo");
    }

    @AfterEach
    void drop() {
        database.drop();
    }

    private WalExConfig.Builder config() {
        return WalExConfig.fromUrl(database.url()).publication("events");
    }

    private WalExConfig.Builder config(SlotSpec slot) {
        return config().slot(slot);
    }

    /** One line for each finding that keeps a stream from starting or hurts it, and is not of this kind. */
    private static List<String> grave(WalExConfig.Builder config) {
        return WalEx.preflight(config.build()).block(PATIENCE).findings().stream()
                .filter(finding -> finding.severity() != Preflight.Severity.COSTS)
                .filter(finding -> !finding.subject().equals("max_slot_wal_keep_size"))
                .map(Preflight.Finding::toString)
                .toList();
    }

    @Test
    void goodSetUpHasOnlyCosts() {
        database.execute("ALTER TABLE todo REPLICA IDENTITY FULL");

        Preflight preflight = WalEx.preflight(config().build()).block(PATIENCE);

        assertThat(preflight.isReady()).isTrue();
        assertThat(preflight.findings()).extracting(Preflight.Finding::severity).containsOnly(Preflight.Severity.COSTS);
        assertThat(preflight.toString()).contains("table public.todo", "REPLICA IDENTITY FULL");
    }

    @Test
    void everythingThatWouldFailOrHurtIsNamed() {
        database.execute(
                "CREATE ROLE plain LOGIN",
                "CREATE TABLE keyless (id int)",
                "ALTER PUBLICATION events ADD TABLE keyless");
        try {
            Preflight preflight = WalEx.preflight(
                            config(SlotSpec.durable("absent").mustExist())
                                    .username("plain")
                                    .publication("events", "absent")
                                    .subscribe("todo", "keyless", "nowhere")
                                    .statusInterval(Duration.ofSeconds(40))
                                    .livenessTimeout(Duration.ofSeconds(60))
                                    .build())
                    .block(PATIENCE);

            assertThat(preflight.isReady()).isFalse();
            assertThat(preflight.toString())
                    .contains(
                            "FAILS role plain: lacks REPLICATION; ALTER ROLE",
                            "FAILS slot absent: does not exist; create it",
                            "FAILS publication absent: does not exist",
                            "HURTS table public.keyless: has no replica identity",
                            "HURTS subscription nowhere: matches no published table",
                            "HURTS max_slot_wal_keep_size: is unlimited",
                            "COSTS table public.todo: logs the key of old rows only",
                            "COSTS wal_sender_timeout: is 60000 ms");
        } finally {
            database.execute("DROP ROLE plain");
        }
    }

    @Test
    void slotInUse() {
        SlotSpec.Durable slot = SlotSpec.durable("busy");
        WalEx walEx = WalEx.create(config(slot).build());
        Disposable stream = walEx.changes().subscribe();
        try {
            walEx.awaitStreaming().block(PATIENCE);

            assertThat(grave(config(slot))).singleElement().asString().startsWith("FAILS slot busy: is in use by PID");
            assertThat(grave(config(slot.whenInUse(WhenInUse.WAIT)))).isEmpty();
        } finally {
            stream.dispose();
            walEx.closeGracefully().block(PATIENCE);
        }
    }

    @Test
    void walLevel() {
        server.database("postgres").execute("ALTER SYSTEM SET wal_level = 'replica'");
        server.restart(StopMode.FAST);
        try {
            assertThat(grave(config()))
                    .containsExactly(
                            "FAILS wal_level: is replica; set wal_level = logical and restart the server (Amazon RDS: rds.logical_replication = 1)");
        } finally {
            server.database("postgres").execute("ALTER SYSTEM RESET wal_level");
            server.restart(StopMode.FAST);
        }
    }

    @Test
    void slotThatIsAboutToBeInvalidatedAndSlotThatWas() {
        database.execute(
                "SELECT pg_create_logical_replication_slot('late', 'pgoutput')",
                "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'",
                "SELECT pg_reload_conf()");
        try {
            for (int segment = 0; segment < 2; segment++) {
                database.execute("INSERT INTO todo VALUES (" + segment + ")", "SELECT pg_switch_wal()");
            }
            assertThat(grave(config(SlotSpec.durable("late"))))
                    .containsExactly(
                            "HURTS slot late: is about to be invalidated: the WAL it needs may go at the next checkpoint; stream from it now, and raise max_slot_wal_keep_size");

            database.execute("CHECKPOINT");
            assertThat(grave(config(SlotSpec.durable("late"))))
                    .containsExactly(
                            "FAILS slot late: was invalidated (wal_removed); drop it, and take a new snapshot of the tables");
        } finally {
            database.execute("ALTER SYSTEM RESET max_slot_wal_keep_size", "SELECT pg_reload_conf()");
        }
    }

    /** The embedded binaries have one output plugin; the server tells plugins apart by the name a slot was made with. */
    @Test
    void slotsOfOthers() {
        TestDatabase other = server.createDatabase();
        database.execute(
                "SELECT pg_create_physical_replication_slot('physical')",
                "ALTER SYSTEM SET output_plugin_libraries = 'pgoutput', '$libdir/pgoutput'",
                "SELECT pg_reload_conf()");
        try {
            database.execute("SELECT pg_create_logical_replication_slot('foreign_plugin', '$libdir/pgoutput')");
            other.execute("SELECT pg_create_logical_replication_slot('elsewhere', 'pgoutput')");

            assertThat(grave(config(SlotSpec.durable("foreign_plugin"))))
                    .containsExactly("FAILS slot foreign_plugin: belongs to plugin $libdir/pgoutput and database "
                            + database.name() + "; use another name");
            assertThat(grave(config(SlotSpec.durable("elsewhere"))))
                    .containsExactly("FAILS slot elsewhere: belongs to plugin pgoutput and database " + other.name()
                            + "; use another name");
            assertThat(grave(config(SlotSpec.durable("physical"))))
                    .containsExactly("FAILS slot physical: is a physical slot; use another name");
        } finally {
            database.execute("SELECT pg_drop_replication_slot('physical')");
            other.drop();
        }
    }

    @Test
    void twoPhaseOfSlotAndConfigurationMustAgree() {
        database.execute(
                "SELECT pg_create_logical_replication_slot('one', 'pgoutput', twophase => false)",
                "SELECT pg_create_logical_replication_slot('two', 'pgoutput', twophase => true)");

        assertThat(grave(config(SlotSpec.durable("one")).twoPhase(TwoPhase.AT_PREPARE)))
                .containsExactly(
                        "FAILS slot one: was made without two-phase decoding; drop it so that it is made anew");
        assertThat(grave(config(SlotSpec.durable("two"))))
                .containsExactly(
                        "FAILS slot two: was made with two-phase decoding, which stays with it; choose twoPhase(AT_COMMIT) or twoPhase(AT_PREPARE), or drop it so that it is made anew");
        assertThat(grave(config(SlotSpec.durable("two")).twoPhase(TwoPhase.AT_COMMIT)))
                .isEmpty();
    }

    @Test
    void failover() {
        SlotSpec failover = SlotSpec.durable("shop").forFailover();
        database.execute("SELECT pg_create_logical_replication_slot('shop', 'pgoutput')");

        assertThat(WalEx.preflight(config(failover).build()).block(PATIENCE).toString())
                .contains(
                        "HURTS slot shop: is no failover slot: a promoted standby does not have it; drop it so that it is made anew",
                        "HURTS synchronized_standby_slots: is empty: the stream can get ahead of a standby",
                        "COSTS sync_replication_slots: is off here, which is for standbys");

        database.execute(
                "SELECT pg_drop_replication_slot('shop')",
                "SELECT pg_create_logical_replication_slot('shop', 'pgoutput', failover => true)");
        try (StandbyServer standby = StandbyServer.of(server, "standby", Map.of())) {
            database.execute("ALTER SYSTEM SET synchronized_standby_slots = 'standby'", "SELECT pg_reload_conf()");
            assertThat(grave(config(failover))).isEmpty();
            assertThat(grave(config(failover).port(standby.port())))
                    .contains(
                            "HURTS sync_replication_slots: is off on this standby: it keeps no copy of the slot; set sync_replication_slots = on on each standby, with hot_standby_feedback = on, primary_slot_name, and a dbname in primary_conninfo");
        } finally {
            database.execute("ALTER SYSTEM RESET synchronized_standby_slots", "SELECT pg_reload_conf()");
            // The standby's walsender may outlive it for a moment.
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> database.execute("SELECT pg_drop_replication_slot('standby')"));
        }
    }

    @Test
    void failoverBeforeItsTime() {
        oldest.execute("CREATE TABLE todo (id int PRIMARY KEY)", "CREATE PUBLICATION events FOR TABLE todo");

        assertThat(grave(WalExConfig.fromUrl(oldest.url())
                        .publication("events")
                        .slot(SlotSpec.durable("shop").forFailover())))
                .containsExactly("FAILS slot shop: cannot be a failover slot before PostgreSQL 17, and this is "
                        + PostgresServer.OLDEST_MAJOR + "; leave forFailover() out");
    }

    @Test
    void rightToCreateThePublication() {
        database.execute("CREATE TABLE note (id int PRIMARY KEY)", "ALTER TABLE note OWNER TO " + ROLE);
        WalExConfig.Builder config = config().username(ROLE)
                .publication("own")
                .publicationSetup(PublicationSetup.CREATE)
                .subscribe("note");
        assertThat(grave(config))
                .containsExactly(
                        "FAILS publication own: does not exist, and role shop may not create it; GRANT CREATE ON DATABASE \""
                                + database.name() + "\" TO \"shop\", or create the publication as another role");

        database.execute("GRANT CREATE ON DATABASE " + database.name() + " TO " + ROLE);
        assertThat(grave(config)).isEmpty();
        assertThat(grave(config.subscribe("note", "todo")))
                .containsExactly(
                        "FAILS publication own: is to hold [public.todo], which belong to another role than shop; create the publication as the owner of the tables, or as a superuser");
        assertThat(grave(config.subscribe("*")))
                .containsExactly(
                        "FAILS publication own: does not exist, and only a superuser may create it for all tables; create it as a superuser, or subscribe to tables by name");
        assertThat(grave(config.subscribe("absent")))
                .containsExactly(
                        "FAILS publication own: would be empty: none of the tables [absent] exists; create them first",
                        "HURTS subscription absent: matches no published table; add the table to the publication, or correct the name");

        WalEx.setup(config.subscribe("note").slot(SlotSpec.durable("own")).build())
                .block(PATIENCE);
        assertThat(grave(config)).isEmpty();
    }

    @Test
    void rightToAlterThePublication() {
        WalExConfig.Builder config = config().username(ROLE)
                .publicationSetup(PublicationSetup.CREATE_OR_ALTER)
                .subscribe("todo");
        assertThat(grave(config)).isEmpty();

        database.execute("CREATE TABLE note (id int PRIMARY KEY)");
        assertThat(grave(config.subscribe("note", "todo")))
                .containsExactly(
                        "FAILS publication events: has other tables, and belongs to another role than shop; ALTER PUBLICATION ... ADD TABLE ..., DROP TABLE ... as its owner, or make this role the owner",
                        "FAILS publication events: is to hold [public.note], which belong to another role than shop; create the publication as the owner of the tables, or as a superuser");
        assertThat(grave(config.username(server.user()))).isEmpty();
    }

    @Test
    void partitionedTableWhoseChangesWouldComeUnderOtherNames() {
        database.execute(
                "CREATE TABLE sale (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM (0) TO (100)");
        WalExConfig.Builder config = config().publicationSetup(PublicationSetup.CREATE_OR_ALTER);

        assertThat(grave(config.subscribe("sale")))
                .containsExactly(
                        "FAILS publication events: publishes changes of [public.sale] under the names of partitions, which [sale] does not cover; ALTER PUBLICATION ... SET (publish_via_partition_root = true), or subscribe to the partitions");
        assertThat(grave(config.subscribe("sale_1"))).isEmpty();
        assertThat(grave(config.subscribe("sale").publicationSetup(PublicationSetup.CREATE)))
                .containsExactly(
                        "HURTS subscription sale: matches no published table; add the table to the publication, or correct the name");

        database.execute("ALTER PUBLICATION events SET (publish_via_partition_root = true)");
        assertThat(grave(config.publicationSetup(PublicationSetup.CREATE_OR_ALTER)))
                .isEmpty();
    }

    @Test
    void replicaIdentityOfTablesThatAreToBePublished() {
        database.execute(
                "CREATE TABLE keyless (id int)",
                "CREATE TABLE sale (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM (0) TO (100)",
                "ALTER TABLE sale_1 REPLICA IDENTITY NOTHING",
                "ALTER PUBLICATION events SET (publish_via_partition_root = true)",
                "CREATE PUBLICATION inserts FOR TABLE todo WITH (publish = 'insert', publish_via_partition_root = true)");
        WalExConfig.Builder config =
                config().subscribe("todo", "keyless", "sale").publicationSetup(PublicationSetup.CREATE_OR_ALTER);
        String[] refused = {
            "HURTS table public.keyless: has no replica identity: PostgreSQL refuses its updates and deletes once it is published; give it a primary key, or REPLICA IDENTITY FULL",
            "HURTS table public.sale_1: has no replica identity: PostgreSQL refuses its updates and deletes once it is published; give it a primary key, or REPLICA IDENTITY FULL"
        };

        assertThat(grave(config)).containsExactly(refused);
        assertThat(grave(config.publication("new"))).containsExactly(refused);
        assertThat(grave(config.subscribe("*"))).containsExactly(refused);
        assertThat(grave(config.publication("inserts"))).isEmpty();
    }

    @Test
    void connectionsThatRunOut() throws SQLException {
        List<Connection> sessions = new ArrayList<>();
        try {
            // 20, of which 3 are the superuser's. Sessions that were closed a moment ago may still count.
            for (int i = 0; i < 16; i++) {
                open(sessions);
            }
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(
                            () -> assertThat(grave(config().username(ROLE)))
                                    .containsExactly(
                                            "HURTS max_connections: no session is left beside this one, and each attempt to connect takes one for a moment; close sessions that nobody needs, or raise it and restart the server"));

            open(sessions);
            assertThatThrownBy(() -> grave(config().username(ROLE)))
                    .isInstanceOf(CapacityException.class)
                    .hasMessageContaining("max_connections");
        } finally {
            for (Connection session : sessions) {
                session.close();
            }
        }
    }

    private void open(List<Connection> sessions) {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> sessions.add(database.jdbc(ROLE, "")));
    }

    @Test
    void replicaIdentityOfEachTable() {
        database.execute(
                "CREATE TABLE whole (id int)",
                "ALTER TABLE whole REPLICA IDENTITY FULL",
                "CREATE TABLE by_index (id int NOT NULL)",
                "CREATE UNIQUE INDEX by_index_id ON by_index (id)",
                "ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_id",
                "CREATE TABLE without_index (id int NOT NULL)",
                "CREATE UNIQUE INDEX without_index_id ON without_index (id)",
                "ALTER TABLE without_index REPLICA IDENTITY USING INDEX without_index_id",
                "DROP INDEX without_index_id",
                "CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE)",
                "CREATE TABLE nothing (id int PRIMARY KEY)",
                "ALTER TABLE nothing REPLICA IDENTITY NOTHING",
                "CREATE TABLE insert_only (id int)",
                "ALTER PUBLICATION events ADD TABLE whole, by_index, without_index, deferred, nothing",
                "CREATE PUBLICATION inserts FOR TABLE insert_only WITH (publish = 'insert')");

        assertThat(
                        WalEx.preflight(config().publication("events", "inserts")
                                        .build())
                                .block(PATIENCE)
                                .findings()
                                .stream()
                                .map(finding -> finding.severity() + " " + finding.subject() + ": "
                                        + finding.problem().replaceAll(":.*", "")))
                .containsExactlyInAnyOrder(
                        "COSTS table public.todo: logs the key of old rows only",
                        "COSTS table public.whole: has REPLICA IDENTITY FULL",
                        "COSTS table public.by_index: logs the key of old rows only",
                        "HURTS table public.without_index: has no replica identity",
                        "HURTS table public.deferred: has no replica identity",
                        "HURTS table public.nothing: has no replica identity");
    }

    @Test
    void partitionsThatLogLessOfOldRowsThanTheirRoot() {
        database.execute(
                "CREATE TABLE sale (id int, year int, PRIMARY KEY (id, year)) PARTITION BY RANGE (year)",
                "CREATE TABLE sale_past PARTITION OF sale FOR VALUES FROM (2000) TO (2026) PARTITION BY RANGE (year)",
                "CREATE TABLE \"Sale 2025\" PARTITION OF sale_past FOR VALUES FROM (2025) TO (2026)",
                "CREATE TABLE sale_2026 PARTITION OF sale FOR VALUES FROM (2026) TO (2027)",
                "CREATE TABLE sale_2027 PARTITION OF sale FOR VALUES FROM (2027) TO (2028)",
                "ALTER TABLE sale REPLICA IDENTITY FULL",
                "ALTER TABLE sale_2026 REPLICA IDENTITY FULL",
                "ALTER TABLE sale_2027 REPLICA IDENTITY NOTHING",
                "CREATE PUBLICATION as_root FOR TABLE sale WITH (publish_via_partition_root)",
                "CREATE PUBLICATION as_root_inserts FOR TABLE sale WITH (publish_via_partition_root, publish = 'insert')",
                "CREATE PUBLICATION as_partitions FOR TABLE sale_2026, \"Sale 2025\"");
        WalExConfig.Builder config = config().publication("as_root");

        assertThat(grave(config))
                .containsExactly(
                        "HURTS partition public.\"Sale 2025\": has another replica identity than public.sale, which it is published as: what it does not log of old rows comes as NULL; ALTER TABLE public.\"Sale 2025\" REPLICA IDENTITY FULL",
                        "HURTS partition public.sale_2027: has no replica identity: PostgreSQL refuses its updates and deletes while it is published; ALTER TABLE public.sale_2027 REPLICA IDENTITY FULL");
        assertThat(grave(config().publication("as_root_inserts"))).isEmpty();
        assertThat(grave(config().publication("as_partitions"))).isEmpty();
        assertThat(grave(config().publication("events", "as_root").subscribe("todo")))
                .isEmpty();

        database.execute(
                "ALTER TABLE public.\"Sale 2025\" REPLICA IDENTITY FULL",
                "ALTER TABLE public.sale_2027 REPLICA IDENTITY FULL");
        assertThat(grave(config)).isEmpty();
    }

    @Test
    void publicationsThatPublishDifferentColumnsOfATable() {
        database.execute(
                "CREATE TABLE wide (id int PRIMARY KEY, a int, b int, sum int GENERATED ALWAYS AS (id + 1) STORED)",
                "CREATE PUBLICATION list_a FOR TABLE wide (id, a)",
                "CREATE PUBLICATION same_as_a FOR TABLE wide (a, id), todo",
                "CREATE PUBLICATION list_b FOR TABLE wide (id, b)",
                "CREATE PUBLICATION listed_whole FOR TABLE wide (id, a, b)",
                "CREATE PUBLICATION whole FOR TABLE wide",
                "CREATE PUBLICATION everything FOR ALL TABLES",
                "CREATE PUBLICATION generated FOR TABLE wide WITH (publish_generated_columns = stored)");
        String refused =
                "FAILS table public.wide: is published with different columns by publications %s, which PostgreSQL refuses at its first change; publish the same columns of it in each of them (column list, publish_generated_columns), or stream from one of them";

        assertThat(grave(config().publication("list_a", "list_b").subscribe("todo", "wide")))
                .contains(refused.formatted("list_a, list_b"));
        assertThat(grave(config().publication("events", "list_a", "list_b").subscribe("todo")))
                .containsExactly(refused.formatted("list_a, list_b"));
        assertThat(grave(config().publication("everything", "list_a")))
                .containsExactly(refused.formatted("everything, list_a"));
        assertThat(grave(config().publication("whole", "generated")))
                .containsExactly(refused.formatted("generated, whole"));
        assertThat(grave(config().publication("list_a", "same_as_a", "events"))).isEmpty();
        assertThat(grave(config().publication("whole", "listed_whole", "everything")))
                .isEmpty();
        assertThat(grave(config().publication("list_a"))).isEmpty();
    }

    /** The server agrees with the preflight above; it says so at the first change only, of whatever table. */
    @Test
    void streamOfPublicationsThatPublishDifferentColumnsDoesNotStart() {
        database.execute(
                "CREATE TABLE wide (id int PRIMARY KEY, a int, b int)",
                "CREATE PUBLICATION list_a FOR TABLE wide (id, a)",
                "CREATE PUBLICATION list_b FOR TABLE wide (id, b)");

        StepVerifier.create(WalEx.changes(config().publication("events", "list_a", "list_b")
                        .subscribe("todo")
                        .build()))
                .expectErrorSatisfies(
                        error -> assertThat(error)
                                .isInstanceOf(InvalidConfigException.class)
                                .hasMessage(
                                        "Publications [events, list_a, list_b] publish different columns of table public.wide (list_a, list_b), which PostgreSQL refuses at the table's first change; publish the same columns of it in each of them (column list, publish_generated_columns), or stream from one of them"))
                .verify(PATIENCE);
    }

    @Test
    void truncateOfASinglePartitionIsToldOfWhereItIsNotSent() {
        database.execute(
                "CREATE TABLE sale (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM (0) TO (100)",
                "CREATE PUBLICATION as_root FOR TABLE sale WITH (publish_via_partition_root)",
                "CREATE PUBLICATION without_truncates FOR TABLE sale WITH (publish_via_partition_root, publish = 'insert')",
                "CREATE PUBLICATION as_partitions FOR TABLE sale");
        String told =
                "COSTS table public.sale: comes with the changes of its partitions (publish_via_partition_root), and PostgreSQL sends no TRUNCATE of a single one of them: a copy of the table keeps the partition's rows; DELETE the partition's rows where copies must follow, or subscribe to the partitions without publish_via_partition_root";

        assertThat(truncates(config().publication("as_root"))).containsExactly(told);
        assertThat(truncates(config().publication("as_root").subscribe("todo"))).isEmpty();
        assertThat(truncates(config().publication("without_truncates"))).isEmpty();
        assertThat(truncates(config().publication("as_partitions"))).isEmpty();
        assertThat(truncates(config())).isEmpty();
        WalExConfig.Builder making =
                config().publicationSetup(PublicationSetup.CREATE).publication("new");
        assertThat(truncates(making.subscribe("sale"))).containsExactly(told);
        assertThat(truncates(making.subscribe("*"))).containsExactly(told);
        assertThat(truncates(making.subscribe("sale_1"))).isEmpty();
        assertThat(truncates(making.publication("events").subscribe("todo", "sale")))
                .isEmpty();
        making.publicationSetup(PublicationSetup.CREATE_OR_ALTER);
        database.execute("ALTER PUBLICATION events SET (publish_via_partition_root = true)");
        assertThat(truncates(making)).containsExactly(told);
    }

    private static List<String> truncates(WalExConfig.Builder config) {
        return WalEx.preflight(config.build()).block(PATIENCE).findings().stream()
                .map(Preflight.Finding::toString)
                .filter(finding -> finding.contains("TRUNCATE"))
                .toList();
    }
}
