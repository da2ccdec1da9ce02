package io.walex.reactive.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.event.Event;
import io.walex.reactive.testsupport.LogLines;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;

/** Changes of the configuration while streams run. */
class ReconfigureIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private Disposable running = () -> {};

    @BeforeEach
    void createTables() {
        postgres.execute(
                "CREATE TYPE mood AS ENUM ('sad', 'happy')",
                "CREATE TABLE todo (id int PRIMARY KEY)",
                "CREATE TABLE other (id int PRIMARY KEY, mood mood)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    @AfterEach
    void stop() {
        running.dispose();
    }

    private WalExConfig.Builder config() {
        return WalExConfig.fromUrl(postgres.url())
                .publication("events")
                .subscribe("todo")
                .slot(SlotSpec.durable("walex"));
    }

    private void start(WalEx walex) {
        running = walex.changes().subscribe(event -> seen.add(describe(event)), failure::set);
        postgres.awaitSlotActive("walex");
    }

    private static String describe(Event event) {
        return event.name() + " " + event.newRecord().getText("id");
    }

    private void awaitSeen(String... expected) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(failure.get()).isNull();
            assertThat(seen).containsExactly(expected);
        });
    }

    @Test
    void subscriptionsChangeAtTheNextTransaction() throws Exception {
        WalEx walex = WalEx.create(config().build());
        start(walex);
        postgres.executeInTransaction("INSERT INTO todo VALUES (1)", "INSERT INTO other VALUES (1, 'sad')");
        awaitSeen("todo 1");

        walex.reconfigure(c -> c.addSubscriptions("other"));
        assertThat(walex.config().subscriptions()).containsExactly("todo", "other");
        postgres.executeInTransaction("INSERT INTO todo VALUES (2)", "INSERT INTO other VALUES (2, 'happy')");
        awaitSeen("todo 1", "todo 2", "other 2");

        walex.reconfigure(c -> c.removeSubscriptions("todo"));
        postgres.executeInTransaction("INSERT INTO todo VALUES (3)", "INSERT INTO other VALUES (3, null)");
        awaitSeen("todo 1", "todo 2", "other 2", "other 3");

        walex.reconfigure(c -> c.subscribe("*"));
        postgres.execute("INSERT INTO todo VALUES (4)");
        awaitSeen("todo 1", "todo 2", "other 2", "other 3", "todo 4");
    }

    @Test
    void aSubscriptionThatIsAddedAndCannotComeIsWarnedOf() {
        WalEx walex = WalEx.create(config().build());
        start(walex);
        try (LogLines log = LogLines.capture(TableChecks.class)) {
            walex.reconfigure(c -> c.addSubscriptions("othr"));

            await().atMost(PATIENCE)
                    .until(
                            log::messages,
                            List.of(
                                            "WalEx subscribes in vain: \"othr\" is not in publication \"events\"; it has \"other\"")
                                    ::equals);
        }
    }

    @Test
    void aSubscriptionThatIsAddedIsPublishedWhereTheLibraryAltersThePublication() {
        postgres.execute("DROP PUBLICATION events");
        WalEx walex = WalEx.create(
                config().publicationSetup(PublicationSetup.CREATE_OR_ALTER).build());
        start(walex);

        walex.reconfigure(c -> c.addSubscriptions("other"));
        await().atMost(PATIENCE)
                .until(() -> postgres.query("SELECT tablename FROM pg_publication_tables", row -> row.getString(1))
                                .size()
                        == 2);
        postgres.execute("INSERT INTO other VALUES (1, 'sad')");
        awaitSeen("other 1");
    }

    /** PostgreSQL 14 has neither. */
    @Test
    void aPublicationThatTheLibraryAltersKeepsItsColumnListsAndRowFilters() {
        assumeThat(Integer.parseInt(postgres.queryText("SHOW server_version_num")))
                .isGreaterThanOrEqualTo(150000);
        postgres.execute(
                "DROP PUBLICATION events",
                "CREATE TABLE person (id int PRIMARY KEY, name text, secret text)",
                "CREATE PUBLICATION events FOR TABLE person (id, name) WHERE (id < 100)");
        WalEx walex = WalEx.create(config().subscribe("person", "todo")
                .publicationSetup(PublicationSetup.CREATE_OR_ALTER)
                .build());
        start(walex);
        assertThat(published()).containsExactly("person {id,name} (id < 100)", "todo {id}");

        walex.reconfigure(c -> c.addSubscriptions("other").removeSubscriptions("todo"));
        await().atMost(PATIENCE)
                .until(this::published, List.of("other {id,mood}", "person {id,name} (id < 100)")::equals);
        postgres.execute(
                "INSERT INTO person VALUES (100, 'hidden', 'hidden')", "INSERT INTO person VALUES (1, 'a', 'hidden')");
        awaitSeen("person 1");
    }

    private List<String> published() {
        return postgres.query(
                "SELECT concat_ws(' ', tablename, attnames::text, rowfilter) FROM pg_publication_tables ORDER BY tablename",
                row -> row.getString(1));
    }

    @Test
    void whatCannotBePublishedEndsNoStream() {
        String role = "owner_" + postgres.name();
        postgres.execute(
                "DROP PUBLICATION events",
                "CREATE PUBLICATION events FOR TABLE todo",
                "CREATE ROLE " + role + " LOGIN REPLICATION PASSWORD 'one'",
                "ALTER PUBLICATION events OWNER TO " + role);
        try (TcpProxy proxy = TcpProxy.to(postgres.host(), postgres.port());
                LogLines log = LogLines.capture(TableChecks.class)) {
            WalEx walex = WalEx.create(config().host(proxy.host())
                    .port(proxy.port())
                    .username(role)
                    .password("one")
                    .publicationSetup(PublicationSetup.CREATE_OR_ALTER)
                    .build());
            start(walex);

            walex.reconfigure(c -> c.addSubscriptions("other"));
            await().atMost(PATIENCE).until(() -> !log.messages().isEmpty());
            proxy.reset();
            postgres.execute("INSERT INTO todo VALUES (1)");
            awaitSeen("todo 1");

            assertThat(log.messages())
                    .filteredOn(message ->
                            message.contains("is to hold [public.other], which belong to another role than " + role))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "WalEx subscribes to [todo, other] now, could not publish just that, and goes on with what is published");
        } finally {
            running.dispose();
            postgres.awaitSlotInactive("walex");
            postgres.execute("REASSIGN OWNED BY " + role + " TO CURRENT_USER", "DROP ROLE " + role);
        }
    }

    /** What VACUUM, ANALYZE and CREATE INDEX CONCURRENTLY hold. */
    private static void lock(Connection session, String table) throws SQLException {
        session.setAutoCommit(false);
        session.createStatement().execute("LOCK TABLE " + table + " IN SHARE UPDATE EXCLUSIVE MODE");
    }

    private WalExConfig.Builder altering() {
        postgres.execute("DROP PUBLICATION events");
        return config().publicationSetup(PublicationSetup.CREATE_OR_ALTER)
                .statusInterval(Duration.ofMillis(100))
                .livenessTimeout(Duration.ofSeconds(4));
    }

    private void awaitRefusal(LogLines log, String subscriptions) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(log.messages())
                        .filteredOn(message -> message.contains("lock"))
                        .last(InstanceOfAssertFactories.STRING)
                        .startsWith("WalEx subscribes to " + subscriptions
                                + " now, could not publish just that, and goes on with what is published")
                        .contains("\"events\""));
    }

    private String backendsThatWaitForALock() {
        return postgres.queryText(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()");
    }

    @Test
    void aTableThatCouldNotBeUnpublishedInTimeIsNotUnpublishedLater() throws SQLException {
        WalEx walex = WalEx.create(altering().subscribe("todo", "other").build());
        start(walex);
        walex.awaitStreaming().block(PATIENCE);
        try (LogLines log = LogLines.capture(TableChecks.class);
                Connection vacuum = postgres.jdbc()) {
            lock(vacuum, "other");
            walex.reconfigure(c -> c.removeSubscriptions("other"));
            awaitRefusal(log, "[todo]");
            assertThat(backendsThatWaitForALock()).isEqualTo("0");

            walex.reconfigure(c -> c.addSubscriptions("other"));
            vacuum.rollback();
            postgres.execute("INSERT INTO other VALUES (1)");
            awaitSeen("other 1");
        }
    }

    @Test
    void aChangeOfThePublicationThatIsCancelledIsWarnedOf() throws SQLException {
        WalEx walex = WalEx.create(
                altering().livenessTimeout(PATIENCE.multipliedBy(4)).build());
        start(walex);
        walex.awaitStreaming().block(PATIENCE);
        try (LogLines log = LogLines.capture(TableChecks.class);
                Connection vacuum = postgres.jdbc()) {
            lock(vacuum, "other");
            walex.reconfigure(c -> c.addSubscriptions("other"));
            await().atMost(PATIENCE).until(() -> backendsThatWaitForALock().equals("1"));
            postgres.execute(
                    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()");

            awaitRefusal(log, "[todo, other]");
        }
    }

    @Test
    void aStreamGoesOnAcrossAReconnectWhileATableThatItAddsIsLocked() throws SQLException {
        WalEx walex = WalEx.create(altering().build());
        start(walex);
        walex.awaitStreaming().block(PATIENCE);
        try (LogLines log = LogLines.capture(TableChecks.class);
                Connection vacuum = postgres.jdbc()) {
            lock(vacuum, "other");
            walex.reconfigure(c -> c.addSubscriptions("other"));
            awaitRefusal(log, "[todo, other]");

            postgres.terminateWalsenders("walex");
            postgres.execute("INSERT INTO todo VALUES (1)");
            awaitSeen("todo 1");
            assertThat(backendsThatWaitForALock()).isEqualTo("0");

            vacuum.rollback();
            postgres.terminateWalsenders("walex");
            await().atMost(PATIENCE)
                    .until(() -> postgres.queryText("SELECT count(*) FROM pg_publication_tables")
                            .equals("2"));
            postgres.execute("INSERT INTO other VALUES (1)");
            awaitSeen("todo 1", "other 1");
        }
    }

    @Test
    void aPartitionedTableThatTheRunningStreamsPublicationWouldSplitIsWarnedOf() {
        postgres.execute(
                "CREATE TABLE sale (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM (0) TO (100)",
                "DROP PUBLICATION events",
                "CREATE PUBLICATION events FOR TABLE todo");
        WalEx walex = WalEx.create(
                config().publicationSetup(PublicationSetup.CREATE_OR_ALTER).build());
        start(walex);
        walex.awaitStreaming().block(PATIENCE);
        try (LogLines log = LogLines.capture(TableChecks.class)) {
            walex.reconfigure(c -> c.addSubscriptions("sale"));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(log.messages())
                            .anySatisfy(message -> assertThat(message)
                                    .contains("goes on with what is published", "publish_via_partition_root = true")));
            postgres.execute("INSERT INTO todo VALUES (1)");
            awaitSeen("todo 1");
        }
    }

    @Test
    void aTransactionThatHasBegunKeepsItsSubscriptions() {
        WalEx walex = WalEx.create(config().subscribe("*").build());
        postgres.executeInTransaction("INSERT INTO todo VALUES (1)", "INSERT INTO other VALUES (1)");
        postgres.execute("INSERT INTO other VALUES (2)", "INSERT INTO todo VALUES (2)");

        running = walex.changes()
                .doOnNext(event -> {
                    if (seen.isEmpty()) {
                        walex.reconfigure(c -> c.subscribe("todo"));
                    }
                })
                .subscribe(event -> seen.add(describe(event)), failure::set);

        awaitSeen("todo 1", "other 1", "todo 2");
    }

    @Test
    void aNewAddressTakesANewConnection() throws Exception {
        TcpProxy first = TcpProxy.to(postgres.host(), postgres.port());
        try (TcpProxy second = TcpProxy.to(postgres.host(), postgres.port())) {
            WalEx walex =
                    WalEx.create(config().host("localhost").port(first.port()).build());
            start(walex);
            postgres.execute("INSERT INTO todo VALUES (1)");
            awaitSeen("todo 1");
            int pid = postgres.slot("walex").orElseThrow().activePid();

            walex.reconfigure(c -> c.port(second.port()));
            await().atMost(PATIENCE)
                    .until(() -> postgres.slot("walex")
                            .filter(slot -> slot.active() && slot.activePid() != pid)
                            .isPresent());
            first.close();
            postgres.execute("INSERT INTO todo VALUES (2)");

            awaitSeen("todo 1", "todo 2");
        }
    }

    @Test
    void newCredentialsTakeANewConnection() throws Exception {
        String role = "reader_" + postgres.name();
        postgres.execute("CREATE ROLE " + role + " LOGIN REPLICATION PASSWORD 'one'");
        try {
            WalEx walex = WalEx.create(config().build());
            start(walex);
            postgres.execute("INSERT INTO todo VALUES (1)");
            awaitSeen("todo 1");

            walex.reconfigure(c -> c.username(role).password("two"));
            await().atMost(PATIENCE)
                    .until(() -> postgres.query(
                                            "SELECT usename FROM pg_stat_replication WHERE usename = '" + role + "'",
                                            row -> row.getString(1))
                                    .size()
                            == 1);
            postgres.execute("INSERT INTO todo VALUES (2)");
            awaitSeen("todo 1", "todo 2");
            assertThat(walex.config().toString()).doesNotContain("two").contains("password=***");
        } finally {
            running.dispose();
            postgres.awaitSlotInactive("walex");
            try (Connection connection = postgres.jdbc();
                    Statement statement = connection.createStatement()) {
                statement.execute("DROP ROLE " + role);
            }
        }
    }

    @Test
    void timeoutsCountFromTheNextConnection() {
        try (TcpProxy proxy = TcpProxy.to(postgres.host(), postgres.port())) {
            WalEx walex =
                    WalEx.create(config().host(proxy.host()).port(proxy.port()).build());
            start(walex);

            walex.reconfigure(c -> c.connectTimeout(Duration.ofMillis(321)));
            proxy.pause();
            proxy.reset();

            Throwable unreachable = walex.states()
                    .ofType(ConnectionState.Reconnecting.class)
                    .map(ConnectionState.Reconnecting::because)
                    .filter(ServerUnreachableException.class::isInstance)
                    .blockFirst(PATIENCE);
            assertThat(unreachable).hasMessageContaining("no answer within 321 ms");
        }
    }

    @Test
    void slotAndPublicationAreRefusedWithTheReason() {
        WalEx walex = WalEx.create(config().build());

        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> walex.reconfigure(c -> c.slot(SlotSpec.durable("another"))))
                .withMessage(
                        "slot of \"WalEx\" cannot be changed from slot \"walex\" to slot \"another\": the new one would start elsewhere, with a gap or with repetitions; create another instance");
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> walex.reconfigure(c -> c.publication("others")))
                .withMessageContaining("publication of \"WalEx\" cannot be changed from [events] to [others]");
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> walex.reconfigure(c -> c.subscribe("todo").removeSubscriptions("toods")))
                .withMessage("\"toods\" is not among the subscriptions [todo]");
        assertThat(walex.config().slot()).isEqualTo(SlotSpec.durable("walex"));
    }

    @Test
    void aTemporarySlotIsNotThrownAwayForANewAddress() {
        WalEx walex = WalEx.create(config().slot(SlotSpec.temporary()).build());
        walex.reconfigure(c -> c.password("not streaming yet"));
        running = walex.changes().subscribe(event -> seen.add(describe(event)), failure::set);
        walex.awaitStreaming().block(PATIENCE);

        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> walex.reconfigure(c -> c.port(1)))
                .withMessageContaining("temporary slot, which would be lost");
        walex.reconfigure(c -> c.addSubscriptions("other"));
        postgres.execute("INSERT INTO other VALUES (1)");
        awaitSeen("other 1");
    }
}
