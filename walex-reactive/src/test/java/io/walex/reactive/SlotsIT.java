package io.walex.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.Preflight.Severity;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.util.retry.Retry;

/** Making, sharing, losing and removing slots and publications. */
class SlotsIT {

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
                .slot(SlotSpec.durable(postgres.name()))
                .statusInterval(Duration.ofMillis(100))
                .livenessTimeout(Duration.ofSeconds(2))
                .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(200)));
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
        start(config().build());

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

    private List<Integer> start(WalExConfig config) {
        List<Integer> received = Collections.synchronizedList(new ArrayList<>());
        WalEx walEx = WalEx.create(config);
        streams.add(walEx.changes()
                .subscribe(event -> received.add((Integer) event.newRecord().get("id"))));
        walEx.awaitStreaming().block(PATIENCE);
        return received;
    }

    @Test
    void standbyTakesOverWithinASecondWithoutLossUnderLoad() {
        createPublication();
        WalExConfig config = config().slot(SlotSpec.durable(postgres.name()).whenInUse(WhenInUse.WAIT))
                .build();
        WalEx.setup(config).block(PATIENCE);
        List<Integer> received = Collections.synchronizedList(new ArrayList<>());
        Disposable writer = write(4000);
        WalEx owner = WalEx.create(config);
        streams.add(owner.changes()
                .subscribe(event -> received.add((Integer) event.newRecord().get("id"))));
        owner.awaitStreaming().block(PATIENCE);

        for (int handover = 0; handover < 3; handover++) {
            WalEx standby = WalEx.create(config);
            List<ConnectionState> states = Collections.synchronizedList(new ArrayList<>());
            standby.states().subscribe(states::add);
            streams.add(standby.changes()
                    .subscribe(event -> received.add((Integer) event.newRecord().get("id"))));
            await().until(() -> states.stream().anyMatch(state -> state instanceof ConnectionState.StandingBy));
            int before = received.size();
            await().until(() -> received.size() > before + 20);

            owner.closeGracefully().block(PATIENCE);
            standby.awaitStreaming().block(Duration.ofSeconds(1));
            owner = standby;
        }

        await().atMost(PATIENCE).until(() -> received.contains(4000));
        writer.dispose();
        // Both confirm before they go, so not even a duplicate.
        assertThat(received.stream().distinct())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 4000).boxed().toList());
    }

    @Test
    void ownerThatLostItsConnectionStandsByAndGoesOnWhereThePairIs() {
        createPublication();
        WalExConfig config = config().slot(SlotSpec.durable(postgres.name()).whenInUse(WhenInUse.WAIT))
                .build();
        WalEx.setup(config).block(PATIENCE);
        List<Integer> received = Collections.synchronizedList(new ArrayList<>());
        List<ConnectionState> states = Collections.synchronizedList(new ArrayList<>());
        streams.add(write(2000));
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            WalEx owner = WalEx.create(
                    config.mutate().host(proxy.host()).port(proxy.port()).build());
            owner.states().subscribe(states::add);
            streams.add(owner.changes()
                    .subscribe(event -> received.add((Integer) event.newRecord().get("id"))));
            owner.awaitStreaming().block(PATIENCE);

            for (int broken = 1; broken <= 2; broken++) {
                WalEx standby = WalEx.create(config);
                AtomicInteger there = new AtomicInteger();
                streams.add(standby.changes()
                        .doOnNext(event -> there.incrementAndGet())
                        .subscribe(event ->
                                received.add((Integer) event.newRecord().get("id"))));
                awaitState(standby, ConnectionState.StandingBy.class);
                proxy.refuse();
                proxy.reset();
                await().atMost(PATIENCE).until(() -> there.get() > 20);
                proxy.accept();
                awaitState(owner, ConnectionState.StandingBy.class);

                standby.closeGracefully().block(PATIENCE);
                awaitState(owner, ConnectionState.Streaming.class);
            }

            await().atMost(PATIENCE).until(() -> received.contains(2000));
            assertThat(new TreeSet<>(received))
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, 2000).boxed().toList());
            assertThat(states)
                    .filteredOn(state -> state instanceof ConnectionState.TakenOver)
                    .hasSize(2)
                    .allSatisfy(state -> assertThat(((ConnectionState.TakenOver) state).until())
                            .isGreaterThan(((ConnectionState.TakenOver) state).after()));
        }
    }

    /** Its address has worked, though it has not streamed yet. */
    @Test
    void standbyOutlivesAnOutageOfTheServer() {
        createPublication();
        WalExConfig config = config().slot(SlotSpec.durable(postgres.name()).whenInUse(WhenInUse.WAIT))
                .build();
        WalEx.setup(config).block(PATIENCE);
        WalEx owner = WalEx.create(config);
        Disposable owning = owner.changes().subscribe();
        streams.add(owning);
        owner.awaitStreaming().block(PATIENCE);
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            WalEx standby = WalEx.create(
                    config.mutate().host(proxy.host()).port(proxy.port()).build());
            List<ConnectionState> states = Collections.synchronizedList(new ArrayList<>());
            standby.states().subscribe(states::add);
            List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
            List<Object> received = Collections.synchronizedList(new ArrayList<>());
            streams.add(standby.changes()
                    .subscribe(event -> received.add(event.newRecord().get("id")), failures::add));
            awaitState(standby, ConnectionState.StandingBy.class);

            proxy.refuse();
            proxy.reset();
            await().atMost(PATIENCE)
                    .until(() -> !failures.isEmpty()
                            || states.stream()
                                    .anyMatch(state -> state instanceof ConnectionState.Reconnecting reconnecting
                                            && reconnecting.because() instanceof ServerUnreachableException));
            owning.dispose();
            postgres.awaitSlotInactive(postgres.name());
            proxy.accept();
            postgres.execute("INSERT INTO todo VALUES (1)");

            await().atMost(PATIENCE).until(() -> !failures.isEmpty() || !received.isEmpty());
            assertThat(failures).isEmpty();
            assertThat(received).containsExactly(1);
        }
    }

    /** Made anew by the one that stood by, it would begin behind what the owner had not done. */
    @Test
    void slotThatAStandbyFindsDroppedAfterAnOutageIsAnError() {
        createPublication();
        WalExConfig config = config().slot(SlotSpec.durable(postgres.name()).whenInUse(WhenInUse.WAIT))
                .build();
        WalEx owner = WalEx.create(config);
        Disposable owning = owner.changes().subscribe();
        streams.add(owning);
        owner.awaitStreaming().block(PATIENCE);
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            WalEx standby = WalEx.create(
                    config.mutate().host(proxy.host()).port(proxy.port()).build());

            StepVerifier.create(standby.changes())
                    .then(() -> awaitState(standby, ConnectionState.StandingBy.class))
                    .then(proxy::refuse)
                    .then(proxy::reset)
                    .then(owning::dispose)
                    .then(() -> postgres.awaitSlotInactive(postgres.name()))
                    .then(() -> postgres.execute("SELECT pg_drop_replication_slot('" + postgres.name() + "')"))
                    .then(proxy::accept)
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(SlotInvalidatedException.class)
                            .hasMessageContainingAll(postgres.name(), "was dropped"))
                    .verify(PATIENCE);
        }
    }

    private static void awaitState(WalEx walEx, Class<? extends ConnectionState> type) {
        walEx.states().filter(type::isInstance).blockFirst(PATIENCE);
    }

    private Disposable write(int transactions) {
        return Mono.fromRunnable(() -> postgres.execute(("DO $$ BEGIN FOR i IN 1..%d LOOP"
                                + " INSERT INTO todo VALUES (i); COMMIT; PERFORM pg_sleep(0.001); END LOOP; END $$")
                        .formatted(transactions)))
                .subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic())
                .subscribe();
    }

    /** Received in part here, in whole and confirmed there: it will not come again, and must not hold the slot. */
    @Test
    void transactionThatThePairFinishedElsewhereFailsHere() {
        createPublication();
        WalExConfig config = config().slot(SlotSpec.durable(postgres.name()).whenInUse(WhenInUse.WAIT))
                .build();
        WalEx.setup(config).block(PATIENCE);
        List<Object> seen = Collections.synchronizedList(new ArrayList<>());
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            WalEx owner = WalEx.create(
                    config.mutate().host(proxy.host()).port(proxy.port()).build());
            streams.add(owner.transactions()
                    .concatMap(
                            transaction -> transaction
                                    .events()
                                    .doOnNext(event -> {
                                        if (event.newRecord().get("id").equals(100)) {
                                            proxy.refuse();
                                            proxy.reset();
                                        }
                                    })
                                    .count()
                                    .<Object>map(count -> count)
                                    .doOnNext(count -> transaction.acknowledge())
                                    .onErrorResume(Mono::just),
                            0)
                    .subscribe(seen::add, seen::add));
            owner.awaitStreaming().block(PATIENCE);
            WalEx standby = WalEx.create(config);
            List<Integer> elsewhere = Collections.synchronizedList(new ArrayList<>());
            streams.add(standby.changes()
                    .subscribe(
                            event -> elsewhere.add((Integer) event.newRecord().get("id"))));
            awaitState(standby, ConnectionState.StandingBy.class);
            postgres.execute("INSERT INTO todo SELECT * FROM generate_series(1, 20000)");
            await().atMost(PATIENCE).until(() -> elsewhere.contains(20_000));
            proxy.accept();
            awaitState(owner, ConnectionState.StandingBy.class);
            standby.closeGracefully().block(PATIENCE);

            postgres.execute("INSERT INTO todo VALUES (30001)");
            await().atMost(PATIENCE).until(() -> seen.size() >= 2);
            assertThat(seen.get(0)).isInstanceOf(TransactionAbandonedException.class);
            assertThat((Throwable) seen.get(0)).hasMessageContaining("another consumer");
            assertThat(seen.get(1)).isEqualTo(1L);
            Lsn end = postgres.currentLsn();
            postgres.slots()
                    .await(postgres.name(), slot -> slot.confirmedFlushLsn().compareTo(end) >= 0);
        }
    }

    @Test
    void slotThatAnotherConsumerTookIsAnErrorWhenReconnecting() {
        createPublication();
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            WalEx walEx =
                    WalEx.create(config().host(proxy.host()).port(proxy.port()).build());

            StepVerifier.create(walEx.changes())
                    .then(() -> walEx.awaitStreaming().block(PATIENCE))
                    .then(proxy::refuse)
                    .then(proxy::reset)
                    .then(() -> postgres.awaitSlotInactive(postgres.name()))
                    .then(() -> start(config().build()))
                    .then(proxy::accept)
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(SlotInUseException.class)
                            .hasMessageContainingAll(postgres.name(), "is active for PID", "whenInUse(WAIT)"))
                    .verify(PATIENCE);
        }
    }

    @Test
    void walsenderOfOurOwnThatTheServerStillBelievesInIsWaitedFor() {
        createPublication();
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            List<Object> seen = Collections.synchronizedList(new ArrayList<>());
            WalEx walEx = WalEx.create(config().host(proxy.host())
                    .port(proxy.port())
                    .livenessTimeout(Duration.ofSeconds(1))
                    .build());
            streams.add(walEx.changes()
                    .subscribe(event -> seen.add(event.newRecord().get("id")), seen::add));
            walEx.awaitStreaming().block(PATIENCE);

            proxy.pause();
            awaitState(walEx, ConnectionState.Reconnecting.class);
            walEx.reconfigure(c -> c.host(postgres.host()).port(postgres.port()));
            postgres.execute("INSERT INTO todo VALUES (1)");
            await().during(Duration.ofSeconds(3)).until(seen::isEmpty);
            proxy.reset();

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(List.copyOf(seen)).containsExactly(1));
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
            postgres.awaitSlotActive(postgres.name());
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
                                    + " AND query LIKE 'CREATE PUBLICATION%' AND datname = current_database()")
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
                            .isInstanceOf(SlotInvalidatedException.class)
                            .hasMessageContaining("physical slot"))
                    .verify(PATIENCE);
        } finally {
            postgres.execute("SELECT pg_drop_replication_slot('" + postgres.name() + "')");
        }
    }

    @Test
    void streamRightAfterACancelWaitsForTheSlot() {
        createPublication();
        WalEx.setup(config().build()).block(PATIENCE);
        for (int i = 1; i <= 5; i++) {
            postgres.execute("INSERT INTO todo VALUES (" + i + ")");
            assertThat(WalEx.changes(config().build()).blockFirst(PATIENCE)).isNotNull();
        }
    }

    @Test
    void droppedSlotIsAnError() {
        assertInvalidated(
                () -> postgres.execute("SELECT pg_drop_replication_slot('" + postgres.name() + "')"), "was dropped");
    }

    @Test
    void slotMadeAnewIsAnError() {
        assertInvalidated(
                () -> postgres.execute(
                        "SELECT pg_drop_replication_slot('" + postgres.name() + "')",
                        "INSERT INTO todo VALUES (2)",
                        "SELECT pg_create_logical_replication_slot('" + postgres.name() + "', 'pgoutput')"),
                "made anew or moved by somebody else");
    }

    /** It looks moved by another consumer, but what the server counts of it. */
    @Test
    void slotMadeAnewIsAnErrorWhereConsumersTakeTurnsToo() {
        createPublication();
        String slot = "'" + postgres.name() + "'";
        postgres.execute(
                "SELECT pg_create_logical_replication_slot(" + slot + ", 'pgoutput')",
                "INSERT INTO todo VALUES (0)",
                "SELECT count(*) FROM pg_logical_slot_get_binary_changes(" + slot
                        + ", NULL, NULL, 'proto_version', '1', 'publication_names', 'events')");
        awaitDecoded(1);

        assertInvalidated(
                config().slot(SlotSpec.durable(postgres.name()).whenInUse(WhenInUse.WAIT)),
                () -> {
                    postgres.execute(
                            "SELECT pg_drop_replication_slot(" + slot + ")",
                            "INSERT INTO todo VALUES (2)",
                            "SELECT pg_create_logical_replication_slot(" + slot + ", 'pgoutput')",
                            "INSERT INTO todo VALUES (3)");
                    awaitDecoded(0);
                },
                "was made anew by somebody else");
    }

    /** PostgreSQL 14 tells its statistics late. */
    private void awaitDecoded(int transactions) {
        await().atMost(PATIENCE)
                .until(() -> postgres.queryText("SELECT total_txns FROM pg_stat_replication_slots WHERE slot_name = '"
                                + postgres.name() + "'")
                        .equals(String.valueOf(transactions)));
    }

    @Test
    void slotAdvancedBySomebodyElseIsAnError() {
        assertInvalidated(
                () -> postgres.execute(
                        "INSERT INTO todo VALUES (2)",
                        "SELECT pg_replication_slot_advance('" + postgres.name() + "', pg_current_wal_lsn())"),
                "made anew or moved by somebody else");
    }

    /** After it was looked at, and before it is started. */
    @Test
    void slotAdvancedWhileItIsConnectedToIsAnError() {
        AtomicInteger connections = new AtomicInteger();
        WalEx walEx = WalEx.create(
                config().middleware(advancingTheSlotAtTheSecond(connections)).build());

        idsAcrossAReconnect(walEx)
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(SlotInvalidatedException.class)
                        .hasMessageContaining("moved by somebody else"))
                .verify(PATIENCE);
        assertThat(connections).hasValue(2);
    }

    @Test
    void slotThatThePairAdvancedWhileItIsConnectedToIsTakenOver() {
        AtomicInteger connections = new AtomicInteger();
        WalEx walEx =
                WalEx.create(config().slot(SlotSpec.durable(postgres.name()).whenInUse(WhenInUse.WAIT))
                        .middleware(advancingTheSlotAtTheSecond(connections))
                        .build());
        List<ConnectionState> states = Collections.synchronizedList(new ArrayList<>());
        walEx.states().subscribe(states::add);

        idsAcrossAReconnect(walEx)
                .then(() -> await().atMost(PATIENCE).until(() -> connections.get() == 3))
                .then(() -> postgres.execute("INSERT INTO todo VALUES (3)"))
                .expectNext(3)
                .then(() -> walEx.closeGracefully().block(PATIENCE))
                .expectComplete()
                .verify(PATIENCE);
        assertThat(states).hasAtLeastOneElementOfType(ConnectionState.TakenOver.class);
    }

    private StepVerifier.Step<Object> idsAcrossAReconnect(WalEx walEx) {
        createPublication();
        return StepVerifier.create(
                        walEx.changes().map(event -> event.newRecord().get("id")))
                .then(() -> walEx.awaitStreaming().block(PATIENCE))
                .then(() -> postgres.execute("INSERT INTO todo VALUES (1)"))
                .expectNext(1)
                .then(() -> postgres.terminateWalsenders(postgres.name()));
    }

    /** Has the slot skip 2. A middleware is told of a connection between the two. */
    private Middleware advancingTheSlotAtTheSecond(AtomicInteger connections) {
        Mono<Void> advance = Mono.<Void>fromRunnable(() -> postgres.execute(
                        "INSERT INTO todo VALUES (2)",
                        "SELECT pg_replication_slot_advance('" + postgres.name() + "', pg_current_wal_lsn())"))
                .subscribeOn(Schedulers.boundedElastic());
        return (signals, link) -> {
            link.onConnected(server -> connections.incrementAndGet() == 2 ? advance : Mono.empty());
            return signals;
        };
    }

    private void assertInvalidated(Runnable tampering, String message) {
        createPublication();
        assertInvalidated(config(), tampering, message);
    }

    private void assertInvalidated(WalExConfig.Builder config, Runnable tampering, String message) {
        try (TcpProxy proxy = TcpProxy.to(postgres.server())) {
            WalEx walEx =
                    WalEx.create(config.host(proxy.host()).port(proxy.port()).build());

            StepVerifier.create(walEx.changes())
                    .then(() -> walEx.awaitStreaming().block(PATIENCE))
                    .then(() -> postgres.execute("INSERT INTO todo VALUES (1)"))
                    .expectNextCount(1)
                    .then(proxy::refuse)
                    .then(proxy::reset)
                    .then(() -> postgres.awaitSlotInactive(postgres.name()))
                    .then(tampering)
                    .then(proxy::accept)
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(SlotInvalidatedException.class)
                            .hasMessageContainingAll(postgres.name(), message))
                    .verify(PATIENCE);
        }
    }

    @Test
    void preflightOfAGoodSetupHasOnlyCosts() {
        createPublication();
        postgres.execute("ALTER TABLE todo REPLICA IDENTITY FULL");

        Preflight preflight =
                WalEx.preflight(config().slot(SlotSpec.temporary()).build()).block(PATIENCE);

        assertThat(preflight.isReady()).isTrue();
        assertThat(preflight.findings()).extracting(Preflight.Finding::severity).containsOnly(Severity.COSTS);
        assertThat(preflight.toString()).contains("table public.todo", "REPLICA IDENTITY FULL");
    }

    @Test
    void preflightNamesEverythingThatWouldFailOrHurt() {
        String role = "plain_" + postgres.name();
        postgres.execute(
                "CREATE ROLE " + role + " LOGIN",
                "CREATE TABLE keyless (id int)",
                "CREATE PUBLICATION events FOR TABLE todo, keyless");
        try {
            Preflight preflight = WalEx.preflight(config().username(role)
                            .publication("events", "absent")
                            .subscribe("todo", "keyless", "nowhere")
                            .slot(SlotSpec.durable("absent").mustExist())
                            .statusInterval(Duration.ofSeconds(40))
                            .livenessTimeout(Duration.ofSeconds(60))
                            .build())
                    .block(PATIENCE);

            assertThat(preflight.isReady()).isFalse();
            assertThat(preflight.toString())
                    .contains(
                            "FAILS role " + role + ": lacks REPLICATION; ALTER ROLE",
                            "FAILS slot absent: does not exist; create it",
                            "FAILS publication absent: does not exist",
                            "HURTS table public.keyless: has no replica identity",
                            "HURTS subscription nowhere: matches no published table",
                            "HURTS max_slot_wal_keep_size: is unlimited",
                            "COSTS table public.todo: logs the key of old rows only",
                            "COSTS wal_sender_timeout: is 60000 ms");
        } finally {
            postgres.execute("DROP ROLE " + role);
        }
    }

    @Test
    void preflightSeesASlotInUse() {
        createPublication();
        start(config().build());

        assertThat(WalEx.preflight(config().build()).block(PATIENCE).toString())
                .contains("FAILS slot " + postgres.name() + ": is in use by PID");
        assertThat(WalEx.preflight(
                                config().slot(SlotSpec.durable(postgres.name()).whenInUse(WhenInUse.WAIT))
                                        .build())
                        .block(PATIENCE)
                        .isReady())
                .isTrue();
    }
}
