package io.walex.reactive.stream;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.testsupport.LogLines;
import io.walex.reactive.testsupport.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Subscriptions that change while the library alters the publication. */
class AlteredPublicationIT extends ReconfigurableStreams {

    private WalExConfig.Builder altering() {
        postgres.execute("DROP PUBLICATION events");
        return config().publicationSetup(PublicationSetup.CREATE_OR_ALTER).livenessTimeout(Duration.ofSeconds(4));
    }

    @Test
    void aSubscriptionThatIsAddedIsPublishedWhereTheLibraryAltersThePublication() {
        postgres.execute("DROP PUBLICATION events");
        WalEx walex = streams.create(config().publicationSetup(PublicationSetup.CREATE_OR_ALTER));
        start(walex);

        walex.reconfigure(c -> c.addSubscriptions("other"));
        await().atMost(PATIENCE)
                .until(() -> postgres.query("SELECT tablename FROM pg_publication_tables", row -> row.getString(1))
                                .size()
                        == 2);
        postgres.execute("INSERT INTO other VALUES (1, 'sad')");
        seen.await("other 1");
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
        WalEx walex =
                streams.create(config().subscribe("person", "todo").publicationSetup(PublicationSetup.CREATE_OR_ALTER));
        start(walex);
        assertThat(published()).containsExactly("person {id,name} (id < 100)", "todo {id}");

        walex.reconfigure(c -> c.addSubscriptions("other").removeSubscriptions("todo"));
        await().atMost(PATIENCE)
                .until(this::published, List.of("other {id,mood}", "person {id,name} (id < 100)")::equals);
        postgres.execute(
                "INSERT INTO person VALUES (100, 'hidden', 'hidden')", "INSERT INTO person VALUES (1, 'a', 'hidden')");
        seen.await("person 1");
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
            WalEx walex = streams.create(config().host(proxy.host())
                    .port(proxy.port())
                    .username(role)
                    .password("one")
                    .publicationSetup(PublicationSetup.CREATE_OR_ALTER));
            start(walex);

            walex.reconfigure(c -> c.addSubscriptions("other"));
            await().atMost(PATIENCE).until(() -> !log.messages().isEmpty());
            proxy.reset();
            postgres.execute("INSERT INTO todo VALUES (1)");
            seen.await("todo 1");

            assertThat(log.messages())
                    .filteredOn(message ->
                            message.contains("is to hold [public.other], which belong to another role than " + role))
                    .singleElement()
                    .asString()
                    .startsWith(
                            postgres.name()
                                    + " subscribes to [todo, other] now, could not publish just that, and goes on with what is published");
        } finally {
            streams.stop();
            postgres.awaitSlotInactive("walex");
            postgres.execute("REASSIGN OWNED BY " + role + " TO CURRENT_USER", "DROP ROLE " + role);
        }
    }

    @Test
    void aPartitionedTableThatTheRunningStreamsPublicationWouldSplitIsWarnedOf() {
        postgres.execute(
                "CREATE TABLE sale (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM (0) TO (100)",
                "DROP PUBLICATION events",
                "CREATE PUBLICATION events FOR TABLE todo");
        WalEx walex = streams.create(config().publicationSetup(PublicationSetup.CREATE_OR_ALTER));
        start(walex);
        walex.awaitStreaming().block(PATIENCE);
        try (LogLines log = LogLines.capture(TableChecks.class)) {
            walex.reconfigure(c -> c.addSubscriptions("sale"));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(log.messages())
                            .anySatisfy(message -> assertThat(message)
                                    .contains("goes on with what is published", "publish_via_partition_root = true")));
            postgres.execute("INSERT INTO todo VALUES (1)");
            seen.await("todo 1");
        }
    }

    @Test
    void aTableThatCouldNotBeUnpublishedInTimeIsNotUnpublishedLater() throws SQLException {
        WalEx walex = streams.create(altering().subscribe("todo", "other"));
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
            seen.await("other 1");
        }
    }

    @Test
    void aChangeOfThePublicationThatIsCancelledIsWarnedOf() throws SQLException {
        WalEx walex = streams.create(altering().livenessTimeout(PATIENCE.multipliedBy(4)));
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
        WalEx walex = streams.create(altering());
        start(walex);
        walex.awaitStreaming().block(PATIENCE);
        try (LogLines log = LogLines.capture(TableChecks.class);
                Connection vacuum = postgres.jdbc()) {
            lock(vacuum, "other");
            walex.reconfigure(c -> c.addSubscriptions("other"));
            awaitRefusal(log, "[todo, other]");

            postgres.terminateWalsenders("walex");
            postgres.execute("INSERT INTO todo VALUES (1)");
            seen.await("todo 1");
            assertThat(backendsThatWaitForALock()).isEqualTo("0");

            vacuum.rollback();
            postgres.terminateWalsenders("walex");
            await().atMost(PATIENCE)
                    .until(() -> postgres.queryText("SELECT count(*) FROM pg_publication_tables")
                            .equals("2"));
            postgres.execute("INSERT INTO other VALUES (1)");
            seen.await("todo 1", "other 1");
        }
    }

    /** What VACUUM, ANALYZE and CREATE INDEX CONCURRENTLY hold. */
    private static void lock(Connection session, String table) throws SQLException {
        session.setAutoCommit(false);
        session.createStatement().execute("LOCK TABLE " + table + " IN SHARE UPDATE EXCLUSIVE MODE");
    }

    private void awaitRefusal(LogLines log, String subscriptions) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(log.messages())
                        .filteredOn(message -> message.contains("lock"))
                        .last(InstanceOfAssertFactories.STRING)
                        .startsWith(postgres.name() + " subscribes to " + subscriptions
                                + " now, could not publish just that, and goes on with what is published")
                        .contains("\"events\""));
    }

    private String backendsThatWaitForALock() {
        return postgres.queryText(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()");
    }
}
