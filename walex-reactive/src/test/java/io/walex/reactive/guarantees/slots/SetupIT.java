package io.walex.reactive.guarantees.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.setup.PublicationMaking;
import io.walex.reactive.testsupport.LogLines;
import io.walex.reactive.testsupport.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Making and removing slots and publications. */
class SetupIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    private final Disposable.Composite streams = Disposables.composite();

    @BeforeEach
    void createTables() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY)", "CREATE TABLE \"we\"\"ird'; t\" (id int PRIMARY KEY)");
    }

    @AfterEach
    void stop() {
        streams.dispose();
    }

    private WalExConfig.Builder config() {
        return WalExConfig.fromUrl(postgres.url())
                .name(postgres.name())
                .publication("events")
                .slot(SlotSpec.durable(postgres.name()));
    }

    private void createPublication() {
        postgres.execute("CREATE PUBLICATION events FOR TABLE todo");
    }

    @Test
    void setupAndDropAreIdempotent() {
        WalExConfig config = config().publicationSetup(PublicationSetup.CREATE)
                .subscribe("todo")
                .build();

        WalEx.setup(config).then(WalEx.setup(config)).block(PATIENCE);
        assertThat(postgres.slot(postgres.name())).isPresent();
        assertThat(publishedTables()).containsExactly("todo");
        postgres.execute("INSERT INTO todo VALUES (1)");
        assertThat(WalEx.changes(config).blockFirst(PATIENCE).newRecord().get("id"))
                .isEqualTo(1);
        postgres.awaitSlotInactive(postgres.name());

        WalEx.drop(config).then(WalEx.drop(config)).block(PATIENCE);
        assertThat(postgres.slot(postgres.name())).isEmpty();
        assertThat(publishedTables()).isEmpty();
    }

    private List<String> publishedTables() {
        return postgres.query("SELECT tablename FROM pg_publication_tables ORDER BY 1", row -> row.getString(1));
    }

    @Test
    void dropRefusesASlotInUse() {
        createPublication();
        WalEx walEx = WalEx.create(config().build());
        streams.add(walEx.changes().subscribe());
        walEx.awaitStreaming().block(PATIENCE);

        StepVerifier.create(WalEx.drop(config().build()))
                .expectErrorSatisfies(error ->
                        assertThat(error).isInstanceOf(SlotInUseException.class).hasMessageContaining(postgres.name()))
                .verify(PATIENCE);
    }

    @Test
    void setupMakesNamesThatWouldBreakSql() {
        WalExConfig config = config().publication("a\"b'; DROP TABLE todo; --")
                .publicationSetup(PublicationSetup.CREATE)
                .subscribe("public.we\"ird'; t")
                .build();

        WalEx.setup(config).block(PATIENCE);
        postgres.execute("INSERT INTO \"we\"\"ird'; t\" VALUES (7)", "INSERT INTO todo VALUES (1)");

        assertThat(WalEx.changes(config).blockFirst(PATIENCE).name()).isEqualTo("we\"ird'; t");
        postgres.awaitSlotInactive(postgres.name());
        assertThat(publishedTables()).containsExactly("we\"ird'; t");
    }

    @Test
    void slotNamesThatAreNumbersOrKeywordsWork() {
        createPublication();
        for (String name : List.of("1_" + postgres.name(), "temporary", "physical")) {
            WalExConfig config = config().slot(SlotSpec.durable(name)).build();
            WalEx.setup(config).block(PATIENCE);
            postgres.execute("INSERT INTO todo VALUES (" + name.length() + ")");

            assertThat(WalEx.changes(config).blockFirst(PATIENCE)).isNotNull();
            postgres.awaitSlotInactive(name);
            WalEx.drop(config).block(PATIENCE);
        }
    }

    @Test
    void publicationIsAlteredToTheSubscribedTables() {
        postgres.execute(
                "CREATE PUBLICATION events FOR TABLE \"we\"\"ird'; t\"",
                "CREATE SCHEMA sales",
                "CREATE TABLE sales.todo (id int)");

        WalEx.setup(config().publicationSetup(PublicationSetup.CREATE_OR_ALTER)
                        .subscribe("todo")
                        .build())
                .block(PATIENCE);

        assertThat(publishedTables()).containsExactly("todo", "todo");
    }

    /** PostgreSQL 14 publishes no schemas. */
    @Test
    void schemasOfAPublicationThatIsAlteredStay() {
        assumeThat(Integer.parseInt(postgres.queryText("SHOW server_version_num")))
                .isGreaterThanOrEqualTo(150000);
        postgres.execute(
                "CREATE SCHEMA sales",
                "CREATE TABLE sales.invoice (id int)",
                "CREATE PUBLICATION events FOR TABLES IN SCHEMA sales");

        WalEx.setup(config().publicationSetup(PublicationSetup.CREATE_OR_ALTER)
                        .subscribe("todo")
                        .build())
                .block(PATIENCE);

        assertThat(publishedTables()).containsExactlyInAnyOrder("invoice", "todo");
    }

    private void createPartitionedTable() {
        postgres.execute(
                "CREATE TABLE sale (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_old PARTITION OF sale FOR VALUES FROM (0) TO (100)",
                "CREATE TABLE sale_new PARTITION OF sale FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_new_1 PARTITION OF sale_new FOR VALUES FROM (100) TO (200)");
    }

    private List<String> written(WalExConfig config, int count) {
        WalEx.setup(config).block(PATIENCE);
        postgres.execute("INSERT INTO sale VALUES (1), (101)");
        return WalEx.changes(config)
                .map(event -> event.name() + " " + event.newRecord().getText("id"))
                .take(count)
                .collectList()
                .block(PATIENCE);
    }

    @ParameterizedTest
    @EnumSource(names = {"CREATE", "CREATE_OR_ALTER"})
    void changesOfAPartitionedTableComeUnderItsName(PublicationSetup setup) {
        createPartitionedTable();

        assertThat(written(
                        config().publicationSetup(setup)
                                .subscribe("sale", "todo")
                                .build(),
                        2))
                .containsExactly("sale 1", "sale 101");
        assertThat(publishedTables()).containsExactly("sale", "todo");
    }

    @Test
    void changesOfAPartitionedTableComeUnderItsNameAmongAllTablesToo() {
        createPartitionedTable();

        assertThat(written(config().publicationSetup(PublicationSetup.CREATE).build(), 2))
                .containsExactly("sale 1", "sale 101");
    }

    @Test
    void partitionsThatAreSubscribedToAloneComeUnderTheirNames() {
        createPartitionedTable();

        assertThat(written(
                        config().publicationSetup(PublicationSetup.CREATE_OR_ALTER)
                                .subscribe("sale_old", "sale_new", "sale_new_1")
                                .build(),
                        2))
                .containsExactly("sale_old 1", "sale_new 101");
        assertThat(publishedTables()).containsExactly("sale_new", "sale_old");
    }

    @Test
    void partitionsStayPublishedWhenTheirRootIsUnpublished() {
        createPartitionedTable();
        postgres.execute("CREATE PUBLICATION events FOR TABLE sale, todo");

        assertThat(written(
                        config().publicationSetup(PublicationSetup.CREATE_OR_ALTER)
                                .subscribe("sale_old")
                                .build(),
                        1))
                .containsExactly("sale_old 1");
        assertThat(publishedTables()).containsExactly("sale_old");
    }

    @Test
    void publicationUnderWhichNothingOfAPartitionedTableWouldComeIsRefused() {
        createPartitionedTable();
        postgres.execute("CREATE PUBLICATION events FOR TABLE todo");
        WalExConfig.Builder config = config().publicationSetup(PublicationSetup.CREATE_OR_ALTER);

        StepVerifier.create(WalEx.setup(config.subscribe("sale", "todo").build()))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(InvalidConfigException.class)
                        .hasMessageContainingAll(
                                "\"events\"",
                                "[public.sale]",
                                "ALTER PUBLICATION \"events\" SET (publish_via_partition_root = true)"))
                .verify(PATIENCE);
        assertThat(publishedTables()).containsExactly("todo");
        assertThat(written(config.subscribe("*").build(), 2)).containsExactly("sale_old 1", "sale_new_1 101");
    }

    @Test
    void publicationOfNothingIsRefused() {
        StepVerifier.create(WalEx.setup(config().publicationSetup(PublicationSetup.CREATE)
                        .subscribe("absent")
                        .build()))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(InvalidConfigException.class)
                        .hasMessageContainingAll("[absent]", "create them first"))
                .verify(PATIENCE);
    }

    @Test
    void tablesWhoseUpdatesPostgresqlWillRefuseAreWarnedOfBeforeTheyArePublished() {
        createPartitionedTable();
        postgres.execute(
                "CREATE TABLE keyless (id int)",
                "CREATE TABLE keyless_too (id int)",
                "ALTER TABLE sale_new_1 REPLICA IDENTITY NOTHING");
        WalExConfig.Builder config = config().publicationSetup(PublicationSetup.CREATE_OR_ALTER);
        try (LogLines log = LogLines.capture(PublicationMaking.class)) {
            WalEx.setup(config.subscribe("todo", "keyless", "sale").build()).block(PATIENCE);
            WalEx.setup(config.addSubscriptions("keyless_too").build()).block(PATIENCE);

            assertThat(log.messages())
                    .filteredOn(message -> message.contains("REPLICA IDENTITY"))
                    .containsExactly(
                            "Publication \"events\" is to hold [public.keyless, public.sale_new_1], which have no replica identity: PostgreSQL refuses their updates and deletes while they are published; give them a primary key, or REPLICA IDENTITY FULL",
                            "Publication \"events\" is to hold [public.keyless_too], which have no replica identity: PostgreSQL refuses their updates and deletes while they are published; give them a primary key, or REPLICA IDENTITY FULL");
        }
    }

    @Test
    void setupWaitsForASlotThatAnotherSetupIsMaking() throws SQLException {
        createPublication();
        try (Connection writing = postgres.jdbc()) {
            writing.setAutoCommit(false);
            writing.createStatement().execute("INSERT INTO todo VALUES (1)");
            // Slots are made when the transactions that write have ended.
            Mono<Void> first = WalEx.setup(config().build()).cache();
            streams.add(first.subscribe());
            postgres.slots().await(postgres.name(), slot -> slot.active() && !slot.inUse());
            List<Object> ends = Collections.synchronizedList(new ArrayList<>());
            Mono<Void> second = WalEx.setup(config().build()).cache();
            streams.add(second.subscribe(done -> {}, ends::add, () -> ends.add("done")));
            await().during(Duration.ofSeconds(1)).until(ends::isEmpty);
            writing.commit();

            Mono.when(first, second).block(PATIENCE);
            postgres.awaitSlotInactive(postgres.name());
        }
    }

    @Test
    void setupTakesAPublicationThatAnotherSetupMakes() throws SQLException {
        WalExConfig config = config().publicationSetup(PublicationSetup.CREATE)
                .subscribe("todo")
                .build();
        try (Connection other = postgres.jdbc()) {
            other.setAutoCommit(false);
            other.createStatement().execute("CREATE PUBLICATION events FOR TABLE todo");
            Mono<Void> setup = WalEx.setup(config).cache();
            streams.add(setup.subscribe(done -> {}, error -> {}));
            await().until(() -> postgres.queryText(
                            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                    + " AND query LIKE '%CREATE PUBLICATION%' AND datname = current_database()")
                    .equals("1"));
            other.commit();

            setup.block(PATIENCE);
            assertThat(postgres.slot(postgres.name())).isPresent();
        }
    }

    @Test
    void setupsAndDropsAtTheSameTimeSucceed() {
        WalExConfig config = config().publicationSetup(PublicationSetup.CREATE)
                .subscribe("todo")
                .build();
        for (int round = 0; round < 3; round++) {
            Mono.when(Collections.nCopies(4, WalEx.setup(config))).block(PATIENCE);
            assertThat(postgres.slot(postgres.name())).isPresent();
            Mono.when(Collections.nCopies(4, WalEx.drop(config))).block(PATIENCE);
            assertThat(postgres.slot(postgres.name())).isEmpty();
            assertThat(publishedTables()).isEmpty();
        }
    }

    @Test
    void setupRefusesASlotThatDoesNotFit() {
        createPublication();
        postgres.execute("SELECT pg_create_physical_replication_slot('" + postgres.name() + "')");
        try {
            StepVerifier.create(WalEx.setup(config().build()))
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(InvalidConfigException.class)
                            .hasMessageContaining("physical slot"))
                    .verify(PATIENCE);
        } finally {
            postgres.execute("SELECT pg_drop_replication_slot('" + postgres.name() + "')");
        }
    }
}
