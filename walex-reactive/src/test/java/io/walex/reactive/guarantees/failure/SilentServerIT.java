package io.walex.reactive.guarantees.failure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.stream.ConnectionState;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.StepVerifier;

/** A server that says nothing: a black hole is told from one that works. */
class SilentServerIT extends BreakableStreams {

    private String role;

    @AfterEach
    void dropRole() {
        if (role != null) {
            postgres.execute("DROP ROLE " + role);
        }
    }

    @Test
    void blackHoleIsNoticedByTheLivenessTimeout() {
        WalEx walEx = start(attentive());
        insert(1, 10);
        awaitReceived(10);

        walEx.reconfigure(c -> c.connectTimeout(Duration.ofMillis(500)));
        proxy.pause();
        insert(11, 20);
        await().atMost(PATIENCE).until(this::isReconnecting);
        // Attempts in the black hole end too, and leave no connection behind.
        int attempts = proxy.acceptedConnections();
        await().atMost(PATIENCE).until(() -> proxy.acceptedConnections() >= attempts + 3);
        walEx.reconfigure(c -> c.connectTimeout(PATIENCE));
        proxy.resume();

        awaitReceived(20);
        await().atMost(PATIENCE).until(() -> proxy.openConnections() == 1);
    }

    @Test
    void blackHoleIsNoticedWithoutDemandToo() {
        WalEx walEx = streams.create(attentive());
        walEx.states().subscribe(states::add);

        StepVerifier.create(walEx.changes().map(event -> event.newRecord().get("id")), 0)
                .then(() -> walEx.awaitStreaming().block(PATIENCE))
                // Longer than the timeout: keepalives are no changes that wait, nor are they silence.
                .thenAwait(Duration.ofSeconds(4))
                .then(() -> assertThat(states).noneMatch(state -> state instanceof ConnectionState.Reconnecting))
                .then(proxy::pause)
                .then(() -> await().atMost(PATIENCE).until(this::isReconnecting))
                .then(proxy::resume)
                .then(() -> insert(1, 1))
                .thenRequest(1)
                .expectNext(1)
                .thenCancel()
                .verify(PATIENCE);
    }

    /** Making a slot takes as long as the transactions that write, which is no reason to wait for a lost answer. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void slotThatIsMadeInABlackHoleIsGivenUp(boolean durable) throws SQLException {
        SlotSpec slot = durable ? SlotSpec.durable(postgres.name()) : SlotSpec.temporary();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (Connection writing = postgres.jdbc()) {
            writing.setAutoCommit(false);
            writing.createStatement().execute("INSERT INTO todo VALUES (1)");
            WalEx walEx = streams.create(attentive().slot(slot));
            streams.add(walEx.changes().subscribe(event -> {}, failure::set));
            await().until(() -> postgres.slots().all().size() == 2);
            // Longer than the liveness timeout, but the server works on it.
            await().during(Duration.ofSeconds(4)).atMost(PATIENCE).until(() -> failure.get() == null);

            proxy.pause();

            await().atMost(PATIENCE).until(() -> failure.get() != null);
            assertThat(failure.get()).isInstanceOf(ServerUnreachableException.class);
        } finally {
            proxy.reset();
            awaitNoBackend();
        }
    }

    /** One that is making a slot takes it along when it goes. */
    private void awaitNoBackend() {
        await().atMost(PATIENCE)
                .until(() -> postgres.queryText(
                                "SELECT count(*) FROM pg_stat_activity WHERE application_name = current_database()")
                        .equals("0"));
    }

    @Test
    void transactionThatTheServerIsSilentAboutIsNoBlackHole() {
        createSlowTable();
        start(attentive());

        writeInSilence();

        assertStreamedWithoutABreak();
    }

    /** Its server never looks for its client while it works, nor tells what its sessions do. */
    @Test
    void silentTransactionIsNoBlackHoleToARoleThatMayOnlyReplicate() {
        createSlowTable();
        createRole();
        postgres.execute(
                "ALTER ROLE " + role + " SET wal_sender_timeout = 0",
                "ALTER ROLE " + role + " SET track_activities = off");
        start(attentive().username(role).password(role));

        writeInSilence();

        assertStreamedWithoutABreak();
    }

    @Test
    void silentTransactionIsNoBlackHoleWhereNoConnectionIsLeftToAskOn() {
        createSlowTable();
        createRole();
        start(attentive().username(role).password(role));
        postgres.execute("ALTER ROLE " + role + " CONNECTION LIMIT 0");

        writeInSilence();

        assertStreamedWithoutABreak();
    }

    @Test
    void timeoutsMayBeYears() {
        start(config().connectTimeout(Duration.ofDays(3650)).livenessTimeout(Duration.ofDays(3650)));
        insert(1, 1);

        awaitReceived(1);
    }

    private void createRole() {
        role = "reader_" + postgres.name();
        postgres.execute("CREATE ROLE " + role + " LOGIN REPLICATION PASSWORD '" + role + "'");
    }

    private void createSlowTable() {
        assumeThat(Integer.parseInt(postgres.queryText("SHOW server_version_num")))
                .as("row filters")
                .isGreaterThanOrEqualTo(150000);
        postgres.execute(
                "CREATE TABLE slow (id int PRIMARY KEY)",
                "ALTER PUBLICATION events ADD TABLE slow WHERE (md5(repeat('x', 20000000 + id)) = '')");
    }

    /** The row filter makes the walsender work for seconds, on nothing that it sends; it reads no request meanwhile. */
    private void writeInSilence() {
        postgres.execute("INSERT INTO slow SELECT generate_series(1, 80)");
        insert(1, 1);
    }

    private void assertStreamedWithoutABreak() {
        awaitReceived(1);
        assertThat(states)
                .extracting(state -> state.getClass().getSimpleName())
                .containsExactly("Connecting", "Streaming");
    }
}
