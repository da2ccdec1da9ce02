package io.walex.reactive.guarantees.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.ConnectionLostException;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.error.SlotLostException;
import io.walex.reactive.error.TransactionAbandonedException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Gap;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.util.retry.Retry;

/** What a subscriber notices when the connection breaks. */
class ReconnectIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    private final List<Integer> received = Collections.synchronizedList(new ArrayList<>());
    private final List<ConnectionState> states = Collections.synchronizedList(new ArrayList<>());
    private TcpProxy proxy;
    private WalEx walEx;
    private Disposable stream;
    private String role;

    @BeforeEach
    void createSlotBehindProxy() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, body text)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
        proxy = TcpProxy.to(postgres.server());
    }

    @AfterEach
    void stop() {
        if (stream != null) {
            stream.dispose();
        }
        if (walEx != null) {
            walEx.closeGracefully().block(PATIENCE);
        }
        proxy.close();
        if (role != null) {
            postgres.execute("DROP ROLE " + role);
        }
    }

    private WalExConfig.Builder config() {
        return WalExConfig.fromUrl(postgres.url())
                .host(proxy.host())
                .port(proxy.port())
                .name(postgres.name())
                .publication("events")
                .slot(SlotSpec.durable("walex"))
                .statusInterval(Duration.ofMillis(100))
                .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(50)));
    }

    /** Soon asks after a server that is silent, and gives one that is there the time to answer. */
    private WalExConfig.Builder attentive() {
        return config().livenessTimeout(Duration.ofSeconds(2)).connectTimeout(Duration.ofSeconds(5));
    }

    private void start(WalExConfig.Builder config) {
        walEx = WalEx.create(config.build());
        walEx.states().subscribe(states::add);
        stream = walEx.changes()
                .subscribe(event -> received.add((Integer) event.newRecord().get("id")));
        walEx.awaitStreaming().block(PATIENCE);
    }

    private void insert(int from, int to) {
        postgres.execute("INSERT INTO todo SELECT i, 'x' FROM generate_series(" + from + ", " + to + ") i");
    }

    private void awaitReceived(int last) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(List.copyOf(received))
                        .containsExactlyElementsOf(
                                IntStream.rangeClosed(1, last).boxed().toList()));
    }

    @Test
    void terminatedWalsender() {
        start(config());
        insert(1, 10);
        awaitReceived(10);

        postgres.terminateWalsenders("walex");
        insert(11, 20);

        awaitReceived(20);
        assertThat(states)
                .extracting(state -> state.getClass().getSimpleName())
                .containsExactly("Connecting", "Streaming", "Reconnecting", "Streaming");
        assertThat(((ConnectionState.Reconnecting) states.get(2)).because())
                .isInstanceOf(ConnectionLostException.class)
                .hasMessageContaining("terminating connection due to administrator command");
    }

    @Test
    void cancelledWalsender() {
        start(config());
        insert(1, 10);
        awaitReceived(10);

        postgres.execute("SELECT pg_cancel_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 'walex'");
        insert(11, 20);

        awaitReceived(20);
    }

    @Test
    void tcpReset() {
        start(config());
        insert(1, 10);
        awaitReceived(10);

        proxy.reset();
        insert(11, 20);

        awaitReceived(20);
    }

    @Test
    void blackHoleIsNoticedByTheLivenessTimeout() {
        start(attentive());
        insert(1, 10);
        awaitReceived(10);

        walEx.reconfigure(c -> c.connectTimeout(Duration.ofMillis(500)));
        proxy.pause();
        insert(11, 20);
        await().atMost(PATIENCE)
                .until(() -> states.stream().anyMatch(state -> state instanceof ConnectionState.Reconnecting));
        // Attempts in the black hole end too, and leave no connection behind.
        int attempts = proxy.acceptedConnections();
        await().atMost(PATIENCE).until(() -> proxy.acceptedConnections() >= attempts + 3);
        walEx.reconfigure(c -> c.connectTimeout(PATIENCE));
        proxy.resume();

        awaitReceived(20);
        await().atMost(PATIENCE).until(() -> proxy.openConnections() == 1);
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

    @Test
    void timeoutsMayBeYears() {
        start(config().connectTimeout(Duration.ofDays(3650)).livenessTimeout(Duration.ofDays(3650)));
        insert(1, 1);

        awaitReceived(1);
    }

    /** Making a slot takes as long as the transactions that write, which is no reason to wait for a lost answer. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void slotThatIsMadeInABlackHoleIsGivenUp(boolean durable) throws SQLException {
        SlotSpec slot = durable ? SlotSpec.durable(postgres.name()) : SlotSpec.temporary();
        List<Throwable> failure = Collections.synchronizedList(new ArrayList<>());
        try (Connection writing = postgres.jdbc()) {
            writing.setAutoCommit(false);
            writing.createStatement().execute("INSERT INTO todo VALUES (1)");
            walEx = WalEx.create(attentive().slot(slot).build());
            stream = walEx.changes().subscribe(event -> {}, failure::add);
            await().until(() -> postgres.slots().all().size() == 2);
            // Longer than the liveness timeout, but the server works on it.
            await().during(Duration.ofSeconds(4)).atMost(PATIENCE).until(failure::isEmpty);

            proxy.pause();

            await().atMost(PATIENCE).until(() -> !failure.isEmpty());
            assertThat(failure.get(0)).isInstanceOf(ServerUnreachableException.class);
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
    void blackHoleIsNoticedWithoutDemandToo() {
        walEx = WalEx.create(attentive().build());
        walEx.states().subscribe(states::add);

        StepVerifier.create(walEx.changes().map(event -> event.newRecord().get("id")), 0)
                .then(() -> walEx.awaitStreaming().block(PATIENCE))
                // Longer than the timeout: keepalives are no changes that wait, nor are they silence.
                .thenAwait(Duration.ofSeconds(4))
                .then(() -> assertThat(states).noneMatch(state -> state instanceof ConnectionState.Reconnecting))
                .then(proxy::pause)
                .then(() -> await().atMost(PATIENCE)
                        .until(() -> states.stream().anyMatch(state -> state instanceof ConnectionState.Reconnecting)))
                .then(proxy::resume)
                .then(() -> insert(1, 1))
                .thenRequest(1)
                .expectNext(1)
                .thenCancel()
                .verify(PATIENCE);
    }

    @Test
    void refusedConnectionsForAWhileAreToldOnce() {
        start(config());

        proxy.refuse();
        proxy.reset();
        insert(1, 10);
        Mono.delay(Duration.ofSeconds(1)).block();
        proxy.accept();

        awaitReceived(10);
        assertThat(states.stream().filter(state -> state instanceof ConnectionState.Reconnecting))
                .hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void middleOfATransactionContinuesWhereItWas() {
        start(config());
        // Rows large enough that the connection is cut between them.
        postgres.execute("INSERT INTO todo SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i");
        for (int cut = 0; cut < 5; cut++) {
            int before = received.size();
            await().atMost(PATIENCE).until(() -> received.size() > before || received.size() == 20_000);
            proxy.reset();
        }

        awaitReceived(20_000);
    }

    @Test
    void transactionsContinueAcrossReconnects() {
        walEx = WalEx.create(config().build());
        Flux<Integer> sizes = walEx.transactions()
                .concatMap(
                        transaction -> transaction
                                .events()
                                .doOnNext(event ->
                                        received.add((Integer) event.newRecord().get("id")))
                                .doOnNext(event -> cutAt(event, 1000, 2500, 4999))
                                .count()
                                .map(Long::intValue)
                                .doOnNext(count -> transaction.acknowledge()),
                        0);
        insert(1, 5000);
        insert(5001, 5001);

        StepVerifier.create(sizes).expectNext(5000, 1).thenCancel().verify(PATIENCE);
        awaitReceived(5001);
    }

    private void cutAt(Event event, Integer... ids) {
        if (List.of(ids).contains(event.newRecord().get("id"))) {
            proxy.reset();
        }
    }

    @Test
    void acknowledgedByHandIsNotSentAgainAndTheRestIs() {
        walEx = WalEx.create(config().build());
        insert(1, 1);
        insert(2, 2);
        insert(3, 3);
        List<Transaction> open = Collections.synchronizedList(new ArrayList<>());
        stream = walEx.transactions()
                .flatMap(
                        transaction -> transaction
                                .events()
                                .doOnNext(event ->
                                        received.add((Integer) event.newRecord().get("id")))
                                .then(Mono.fromRunnable(() -> open.add(transaction))),
                        10)
                .subscribe();
        await().until(() -> open.size() == 3);
        open.get(0).acknowledge();
        open.get(2).acknowledge();
        proxy.reset();
        insert(4, 4);
        awaitReceived(4);
        stream.dispose();
        postgres.awaitSlotInactive("walex");

        assertThat(WalEx.changes(config().build())
                        .map(event -> event.newRecord().get("id"))
                        .take(3)
                        .collectList()
                        .block(PATIENCE))
                .containsExactly(2, 3, 4);
    }

    @Test
    void lostTemporarySlotIsAnError() {
        WalEx temporary = WalEx.create(config().slot(SlotSpec.temporary()).build());

        StepVerifier.create(temporary.changes())
                .then(() -> temporary.awaitStreaming().block(PATIENCE))
                .then(proxy::reset)
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(SlotLostException.class)
                        .hasMessageContainingAll("changes since", "SlotSpec.durable(name)"))
                .verify(PATIENCE);
        postgres.execute("SELECT pg_drop_replication_slot('walex')");
        postgres.awaitNoSlots();
    }

    @Test
    void lostTemporarySlotIsAGapWhereThatWasChosen() {
        List<Object> seen = Collections.synchronizedList(new ArrayList<>());
        walEx = WalEx.create(
                config().slot(SlotSpec.temporary().resumeWithGap(seen::add)).build());
        walEx.states().subscribe(states::add);
        stream = walEx.changes().subscribe(event -> seen.add(event.newRecord().get("id")));
        walEx.awaitStreaming().block(PATIENCE);
        insert(1, 1);
        await().until(() -> seen.contains(1));

        proxy.refuse();
        proxy.reset();
        insert(2, 2);
        proxy.accept();
        await().atMost(PATIENCE).until(() -> seen.size() == 2);
        insert(3, 3);
        await().atMost(PATIENCE).until(() -> seen.contains(3));

        assertThat(seen.get(1)).isInstanceOfSatisfying(Gap.class, gap -> {
            assertThat(gap.until()).isGreaterThan(gap.after());
            assertThat(gap.because()).isInstanceOf(ConnectionLostException.class);
        });
        assertThat(seen).hasSize(3).startsWith(1).endsWith(3);
        assertThat(states.stream().filter(state -> state instanceof ConnectionState.Resumed))
                .hasSize(1);
    }

    @Test
    void gapFailsTheTransactionThatItCuts() {
        List<Object> seen = Collections.synchronizedList(new ArrayList<>());
        walEx = WalEx.create(
                config().slot(SlotSpec.temporary().resumeWithGap(gap -> {})).build());
        stream = walEx.transactions()
                .concatMap(
                        transaction -> transaction
                                .events()
                                .doOnNext(event -> cutAt(event, 100))
                                .count()
                                .<Object>map(count -> count)
                                .doOnNext(count -> transaction.acknowledge())
                                .onErrorResume(Mono::just),
                        0)
                .subscribe(seen::add);
        walEx.awaitStreaming().block(PATIENCE);
        postgres.execute("INSERT INTO todo SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i");
        await().atMost(PATIENCE).until(() -> seen.size() == 1);
        insert(30_001, 30_002);
        await().atMost(PATIENCE).until(() -> seen.size() == 2);

        assertThat(seen.get(0)).isInstanceOf(TransactionAbandonedException.class);
        assertThat(seen.get(1)).isEqualTo(2L);
    }

    @Test
    void retriesAsOftenAsThePolicySaysAndFailsWithTheCause() {
        WalEx limited = WalEx.create(
                config().retry(Retry.fixedDelay(2, Duration.ofMillis(20))).build());

        StepVerifier.create(limited.changes())
                .then(() -> limited.awaitStreaming().block(PATIENCE))
                .then(proxy::refuse)
                .then(proxy::reset)
                .expectError(ServerUnreachableException.class)
                .verify(PATIENCE);
    }

    @Test
    void policyThatCompletesEndsTheStream() {
        WalEx limited = WalEx.create(
                config().retry(Retry.from(failures -> failures.take(1))).build());

        StepVerifier.create(limited.changes())
                .then(() -> limited.awaitStreaming().block(PATIENCE))
                .then(proxy::refuse)
                .then(proxy::reset)
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void closeGracefullyEndsAStreamThatWaitsToReconnect() {
        start(config().retry(Retry.fixedDelay(10, Duration.ofMinutes(1))));
        proxy.refuse();
        proxy.reset();
        await().until(() -> states.stream().anyMatch(state -> state instanceof ConnectionState.Reconnecting));

        walEx.closeGracefully().block(PATIENCE);

        await().until(() -> stream.isDisposed());
        assertThat(states).last().isInstanceOf(ConnectionState.Stopped.class);
    }
}
