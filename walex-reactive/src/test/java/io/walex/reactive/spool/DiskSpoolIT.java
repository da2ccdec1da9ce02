package io.walex.reactive.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventJson;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Position;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The durable spool between a real server and its subscribers. */
class DiskSpoolIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What a spool of 1 MiB may take, with the store's own log. */
    private static final long LIMIT_AND_LOG = (1 << 20) + (16 << 20);

    private static final String THIRTY =
            IntStream.rangeClosed(1, 30).mapToObj(String::valueOf).collect(Collectors.joining(","));

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @TempDir
    Path directory;

    private final List<WalEx> instances = new CopyOnWriteArrayList<>();
    private Disposable running = () -> {};

    @BeforeEach
    void createTables() {
        postgres.execute(
                "CREATE TYPE mood AS ENUM ('sad', 'happy')",
                "CREATE TABLE todo (id bigint PRIMARY KEY, title text, body text, mood mood)",
                "ALTER TABLE todo ALTER body SET STORAGE EXTERNAL",
                "ALTER TABLE todo REPLICA IDENTITY FULL",
                "CREATE TABLE keyed (id int PRIMARY KEY, body text)",
                "ALTER TABLE keyed ALTER body SET STORAGE EXTERNAL",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')",
                "SELECT pg_create_logical_replication_slot('plain', 'pgoutput')");
    }

    @AfterEach
    void stop() {
        running.dispose();
        // A spool that is open writes in its directory, which is about to be deleted.
        Mono.when(instances.stream().map(WalEx::closeGracefully).toList()).block(PATIENCE);
        postgres.awaitSlotInactive("walex");
    }

    private WalEx create(WalExConfig config) {
        WalEx walex = WalEx.create(config);
        instances.add(walex);
        return walex;
    }

    private WalExConfig.Builder config() {
        return WalExConfig.fromUrl(postgres.url())
                .publication("events")
                .messages(true)
                .statusInterval(Duration.ofMillis(50))
                .slot(SlotSpec.durable("walex"));
    }

    private WalEx spooled() {
        return spooled(DiskSpool.in(directory));
    }

    private WalEx spooled(Middleware spool) {
        return create(config().middleware(spool).build());
    }

    private Lsn confirmed() {
        return postgres.slot("walex").orElseThrow().confirmedFlushLsn();
    }

    private void awaitConfirmed(Lsn lsn) {
        await().atMost(PATIENCE).until(() -> confirmed().compareTo(lsn) >= 0);
    }

    /** Without the time of messages outside transactions, which is that of their sending. */
    private static List<String> json(List<Event> events) {
        return events.stream()
                .map(event -> event.xid() != 0
                        ? EventJson.toJson(event)
                        : EventJson.toJson(event).replaceAll("\"timestamp\":\"[^\"]*\"", ""))
                .toList();
    }

    private void everyKindOfChange() {
        postgres.execute(
                "INSERT INTO todo VALUES (1, 'a', repeat('x', 3000), 'happy')",
                "UPDATE todo SET title = 'ä'",
                "UPDATE todo SET id = 2, title = null",
                "INSERT INTO keyed VALUES (1, repeat('y', 3000)), (2, null)",
                "UPDATE keyed SET id = id + 10",
                "SELECT pg_logical_emit_message(true, 'note', 'within')",
                "SELECT pg_logical_emit_message(false, 'note', 'without')",
                "DELETE FROM keyed",
                "DELETE FROM todo",
                "TRUNCATE todo, keyed RESTART IDENTITY CASCADE",
                "ALTER TABLE todo ADD extra int DEFAULT 5",
                "INSERT INTO todo VALUES (3)",
                "SELECT pg_logical_emit_message(true, 'last', '')");
    }

    private static List<Event> toTheLast(WalEx walex) {
        return walex.changes()
                .takeUntil(event -> event.name().equals("last"))
                .collectList()
                .block(PATIENCE);
    }

    @Test
    void givesTheSameEventsAsTheStreamItself() {
        for (boolean binary : List.of(false, true)) {
            everyKindOfChange();
            WalExConfig config = config().binary(binary).build();

            List<Event> plain = toTheLast(
                    create(config.mutate().slot(SlotSpec.durable("plain")).build()));
            List<Event> spooled = toTheLast(create(config.mutate()
                    .middleware(DiskSpool.in(directory.resolve("binary " + binary)))
                    .build()));

            assertThat(json(spooled)).isEqualTo(json(plain));
            assertThat(spooled).extracting(Event::type).contains(EventType.INSERT, EventType.TRUNCATE);
            postgres.awaitSlotInactive("walex");
            postgres.awaitSlotInactive("plain");
            postgres.execute("TRUNCATE todo, keyed", "ALTER TABLE todo DROP extra");
            for (String slot : List.of("walex", "plain")) {
                postgres.execute("SELECT pg_replication_slot_advance('" + slot + "', pg_current_wal_lsn())");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TwoPhase.class)
    void givesTheSameEventsOfTransactionsThatAreSentBeforeTheyCommit(TwoPhase twoPhase) {
        assumeThat(Integer.parseInt(postgres.queryText("SHOW server_version_num")))
                .isGreaterThanOrEqualTo(150000);
        for (String slot : List.of("plain", "walex")) {
            postgres.execute(
                    "SELECT pg_drop_replication_slot('" + slot + "')",
                    "SELECT pg_create_logical_replication_slot('%s', 'pgoutput', false, %s)"
                            .formatted(slot, twoPhase != TwoPhase.OFF));
        }
        postgres.execute("ALTER DATABASE \"" + postgres.name() + "\" SET logical_decoding_work_mem = '64kB'");
        postgres.executeInTransaction(
                "INSERT INTO todo SELECT i, repeat('x', 100) FROM generate_series(1, 2000) i",
                "SAVEPOINT undone",
                "INSERT INTO todo SELECT i, repeat('y', 100) FROM generate_series(2001, 4000) i",
                "ROLLBACK TO undone",
                "INSERT INTO keyed SELECT i, repeat('z', 100) FROM generate_series(1, 2000) i");
        postgres.executeInTransaction(
                "INSERT INTO todo SELECT i, 'prepared' FROM generate_series(5001, 7000) i",
                "PREPARE TRANSACTION 'done'");
        postgres.executeInTransaction("INSERT INTO keyed VALUES (9001)", "PREPARE TRANSACTION 'undone'");
        postgres.execute("INSERT INTO keyed VALUES (9002)", "COMMIT PREPARED 'done'", "ROLLBACK PREPARED 'undone'");
        postgres.execute("SELECT pg_logical_emit_message(true, 'last', '')");
        WalExConfig config = config().streaming(Streaming.ON).twoPhase(twoPhase).build();

        List<Event> plain =
                toTheLast(create(config.mutate().slot(SlotSpec.durable("plain")).build()));
        // Larger than the spool, and again from the start after it was seen in part.
        WalEx spooled = create(config.mutate()
                .middleware(DiskSpool.in(directory).maxBytes(1 << 20))
                .build());
        spooled.changes().take(1000).blockLast(PATIENCE);
        postgres.awaitSlotInactive("walex");

        assertThat(json(toTheLast(spooled))).isEqualTo(json(plain));
        assertThat(plain).hasSizeGreaterThan(6000);
    }

    @Test
    void spoolsInOneDirectoryDoNotTouchEachOther() {
        List<Event> stalledSees = new CopyOnWriteArrayList<>();
        Stalled<Event> stalled = new Stalled<>(stalledSees);
        DiskSpool spool = DiskSpool.in(directory).maxBytes(1 << 20);
        spooled(spool).changes().subscribe(stalled);
        running = stalled;
        List<String> seen = new CopyOnWriteArrayList<>();
        Disposable other = create(config().name("other")
                        .slot(SlotSpec.durable("plain"))
                        .middleware(spool)
                        .build())
                .transactions()
                .concatMap(transaction -> ids(transaction).doOnNext(id -> {
                    seen.add(id);
                    transaction.acknowledge();
                }))
                .subscribe();
        List<String> expected =
                IntStream.rangeClosed(1, 60).mapToObj(String::valueOf).toList();
        expected.forEach(id -> postgres.execute("INSERT INTO keyed SELECT " + id
                + ", string_agg(md5(random()::text || n), '') FROM generate_series(1, 3200) n"));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).isEqualTo(expected));
        Lsn written = postgres.currentLsn();
        await().atMost(PATIENCE)
                .until(() ->
                        postgres.slot("plain").orElseThrow().confirmedFlushLsn().compareTo(written) >= 0);
        assertThat(confirmed()).isLessThan(written);
        assertThat(stalledSees).isEmpty();

        stalled.request(Long.MAX_VALUE);
        await().atMost(PATIENCE).until(() -> stalledSees.size() == 60);
        other.dispose();
        postgres.awaitSlotInactive("plain");
    }

    @Test
    void confirmsWhatIsOnDiskWhileTheConsumerStalls() {
        List<Event> seen = new CopyOnWriteArrayList<>();
        Stalled<Event> stalled = new Stalled<>(seen);
        spooled().changes().subscribe(stalled);
        running = stalled;
        postgres.awaitSlotActive("walex");
        postgres.execute("INSERT INTO todo SELECT i, repeat('x', 1000) FROM generate_series(1, 5000) i");

        awaitConfirmed(postgres.currentLsn());
        assertThat(seen).isEmpty();

        stalled.request(Long.MAX_VALUE);
        await().atMost(PATIENCE).until(() -> seen.size() == 5000);
        assertThat(seen).extracting(Event::position).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aNewSubscriptionStartsBehindWhatWasAcknowledged() {
        List<String> seen = new CopyOnWriteArrayList<>();
        for (int i = 1; i <= 6; i++) {
            postgres.execute("INSERT INTO keyed VALUES (" + i + ")");
        }

        // Takes two, acknowledges the first of them.
        spooled()
                .transactions()
                .concatMap(transaction -> ids(transaction).doOnNext(seen::add).thenReturn(transaction), 0)
                .take(2)
                .doOnNext(transaction -> {
                    if (seen.size() == 1) {
                        transaction.acknowledge();
                    }
                })
                .delayUntil(transaction -> Mono.delay(Duration.ofMillis(300)))
                .blockLast(PATIENCE);
        assertThat(seen).containsExactly("1", "2");
        postgres.awaitSlotInactive("walex");

        List<String> again = spooled()
                .transactions()
                .concatMap(transaction -> ids(transaction).doOnNext(id -> transaction.acknowledge()), 0)
                .take(5)
                .collectList()
                .block(PATIENCE);
        assertThat(again).containsExactly("2", "3", "4", "5", "6");
    }

    private static Mono<String> ids(Transaction transaction) {
        return transaction
                .events()
                .map(event -> event.newRecord().getText("id"))
                .collectList()
                .map(ids -> String.join(",", ids));
    }

    @Test
    void pausesAtItsLimitAndReclaimsWhatWasConsumed() {
        long limit = 4 << 20;
        long slack = 16 << 20;
        List<Event> seen = new CopyOnWriteArrayList<>();
        Stalled<Event> stalled = new Stalled<>(seen);
        spooled(DiskSpool.in(directory).maxBytes(limit)).changes().subscribe(stalled);
        running = stalled;
        postgres.awaitSlotActive("walex");
        Lsn before = postgres.currentLsn();
        // 40 MB that do not compress.
        for (int i = 0; i < 40; i++) {
            postgres.execute("INSERT INTO keyed SELECT " + i
                    + " * 10 + i, (SELECT string_agg(md5(random()::text || i || n), '') FROM generate_series(1, 3200) n)"
                    + " FROM generate_series(1, 10) i");
        }
        Lsn written = postgres.currentLsn();

        await().atMost(PATIENCE).until(() -> confirmed().isAfter(before) && size(directory) > limit / 2);
        await().during(Duration.ofMillis(500)).atMost(PATIENCE).until(() -> size(directory) < limit + slack);
        assertThat(confirmed().compareTo(written)).isNegative();

        stalled.request(Long.MAX_VALUE);
        await().atMost(PATIENCE).until(() -> {
            assertThat(size(directory)).isLessThan(limit + slack);
            return seen.size() == 400;
        });
        assertThat(seen)
                .extracting(event -> event.newRecord().get("id", Integer.class))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 400).boxed().toList());
        awaitConfirmed(written);
        stalled.dispose();
        postgres.awaitSlotInactive("walex");
    }

    @Test
    void aTransactionLargerThanTheSpoolPassesThroughAndIsConfirmedWhenItIsAcknowledged() {
        DiskSpool small = DiskSpool.in(directory).maxBytes(1 << 20);
        postgres.execute("INSERT INTO keyed VALUES (0)");
        insertThreeMegabytes();
        Lsn large = postgres.currentLsn();
        postgres.execute("INSERT INTO keyed VALUES (31)", "INSERT INTO keyed VALUES (32)");

        List<Transaction> unacknowledged = new CopyOnWriteArrayList<>();
        List<String> seen = new CopyOnWriteArrayList<>();
        running = spooled(small)
                .transactions()
                .concatMap(
                        transaction -> ids(transaction).doOnNext(ids -> {
                            assertThat(size(directory)).isLessThan(LIMIT_AND_LOG);
                            seen.add(ids);
                            unacknowledged.add(transaction);
                        }),
                        0)
                .subscribe();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).containsExactly("0", THIRTY, "31", "32"));

        unacknowledged.get(0).acknowledge();
        await().during(Duration.ofMillis(300))
                .atMost(PATIENCE)
                .until(() -> confirmed().compareTo(large) < 0);
        running.dispose();
        postgres.awaitSlotInactive("walex");

        List<String> again = new CopyOnWriteArrayList<>();
        running = spooled(small)
                .transactions()
                .concatMap(
                        transaction -> ids(transaction).doOnNext(ids -> {
                            again.add(ids);
                            transaction.acknowledge();
                        }),
                        0)
                .subscribe();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(again).containsExactly(THIRTY, "31", "32"));
        awaitConfirmed(postgres.currentLsn());
        running.dispose();
        postgres.awaitSlotInactive("walex");

        postgres.execute("INSERT INTO keyed VALUES (33)");
        assertThat(spooled(small).transactions().concatMap(DiskSpoolIT::ids, 0).blockFirst(PATIENCE))
                .isEqualTo("33");
    }

    private void insertThreeMegabytes() {
        postgres.execute(
                "INSERT INTO keyed SELECT i, (SELECT string_agg(md5(random()::text || i || n), '') FROM generate_series(1, 3200) n) FROM generate_series(1, 30) i");
    }

    @Test
    void largeTransactionsPassThroughWhileTheConsumerWantsSeveralBeforeItAcknowledges() {
        for (int i = 0; i < 3; i++) {
            insertThreeMegabytes();
            postgres.execute("DELETE FROM keyed");
        }

        Lsn last = spooled(DiskSpool.in(directory).maxBytes(1 << 20))
                .transactions()
                .concatMap(transaction -> transaction.events().then(Mono.just(transaction)), 0)
                .buffer(6)
                .doOnNext(all -> all.forEach(Transaction::acknowledge))
                .delayUntil(
                        all -> Mono.fromRunnable(() -> awaitConfirmed(all.get(5).endLsn()))
                                .subscribeOn(Schedulers.boundedElastic()))
                .blockFirst(PATIENCE)
                .get(5)
                .endLsn();

        assertThat(confirmed()).isGreaterThanOrEqualTo(last);
    }

    @Test
    void neitherLosesNorRepeatsAcrossReconnects() throws Exception {
        List<Position> seen = new CopyOnWriteArrayList<>();
        try (TcpProxy proxy = TcpProxy.to(postgres.host(), postgres.port())) {
            WalEx walex = create(config().host(proxy.host())
                    .port(proxy.port())
                    .middleware(DiskSpool.in(directory))
                    .build());
            running = walex.changes().subscribe(event -> seen.add(event.position()));
            walex.awaitStreaming().block(PATIENCE);
            for (int i = 0; i < 10; i++) {
                postgres.execute(
                        "INSERT INTO todo SELECT i FROM generate_series(" + i * 1000 + ", " + (i * 1000 + 999) + ") i");
                proxy.reset();
            }
            await().atMost(PATIENCE).until(() -> seen.size() == 10_000);
        }
        assertThat(seen).isSorted().doesNotHaveDuplicates();
        running.dispose();
    }

    @Test
    void belongsToOneSlotAndOneSubscription() {
        WalEx walex = spooled();
        running = walex.changes().subscribe();
        postgres.awaitSlotActive("walex");

        assertThatThrownBy(() -> walex.changes().blockFirst(PATIENCE))
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining("is in use; give each instance its own name");
        running.dispose();
        postgres.awaitSlotInactive("walex");
        assertThatThrownBy(() -> create(config().slot(SlotSpec.durable("plain"))
                                .middleware(DiskSpool.in(directory))
                                .build())
                        .changes()
                        .blockFirst(PATIENCE))
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining("/walex, not to " + postgres.name() + "/plain; use another directory");
        assertThatThrownBy(() -> create(config().slot(SlotSpec.temporary())
                                .middleware(DiskSpool.in(directory))
                                .build())
                        .changes()
                        .blockFirst(PATIENCE))
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining("use SlotSpec.durable(name)");
    }

    /** Nobody waits for the end of a subscription that was cancelled. */
    @Test
    void waitsForTheSubscriptionThatWasCancelledBeforeIt() {
        postgres.execute("INSERT INTO keyed SELECT i FROM generate_series(1, 10) i");
        WalEx walex = spooled();

        for (int i = 0; i < 10; i++) {
            List<String> ids = walex.changes()
                    .take(2)
                    .map(event -> event.newRecord().getText("id"))
                    .collectList()
                    .block(PATIENCE);
            assertThat(ids).containsExactly("1", "2");
            postgres.awaitSlotInactive("walex");
        }
    }

    /** So that another process can take it, or it can be deleted. */
    @Test
    void isClosedWhenItsInstanceIs() {
        postgres.execute("INSERT INTO keyed SELECT i FROM generate_series(1, 10) i");

        for (int i = 0; i < 10; i++) {
            WalEx walex = spooled();
            walex.changes().take(2).blockLast(PATIENCE);
            walex.closeGracefully().block(PATIENCE);

            SpoolStore.open(directory.resolve("WalEx"), 1 << 20, postgres.name() + "/walex")
                    .close();
        }
    }

    @Test
    void asksWhatToDoWhereTheSlotOfWhatItKeepsIsGone() {
        postgres.execute("INSERT INTO keyed VALUES (1)");
        readOne("1");
        postgres.execute("SELECT pg_drop_replication_slot('walex')", "INSERT INTO keyed VALUES (2)");

        assertThatThrownBy(() -> spooled().changes().blockFirst(PATIENCE))
                .isInstanceOf(SpoolException.class)
                .hasMessageContainingAll("\"walex\"", "does not exist", directory.toString(), "WalEx.setup(config)");
        assertThat(postgres.slot("walex")).isEmpty();

        WalEx.setup(config().build()).block(PATIENCE);
        postgres.execute("INSERT INTO keyed VALUES (3)");
        readOne("3");
    }

    private void readOne(String id) {
        assertThat(spooled()
                        .transactions()
                        .concatMap(transaction -> ids(transaction).doOnNext(ids -> transaction.acknowledge()), 0)
                        .blockFirst(PATIENCE))
                .isEqualTo(id);
        postgres.awaitSlotInactive("walex");
    }

    /** In the midst of a flow, of which only what is in hand may come again. */
    @Test
    void whatAGracefulCloseCutsOffComesToTheNextSubscription() {
        WalEx walex = spooled();
        Mono<List<String>> first = idsUntil(walex, "none").cache();
        running = first.subscribe();
        postgres.awaitSlotActive("walex");
        for (int i = 1; i <= 100; i++) {
            postgres.execute("INSERT INTO keyed VALUES (" + i + ")");
        }

        walex.closeGracefully().block(PATIENCE);
        postgres.execute("INSERT INTO keyed VALUES (101)");

        List<String> ids = new ArrayList<>(first.block(PATIENCE));
        List<String> rest = idsUntil(spooled(), "101").block(PATIENCE);
        if (!ids.isEmpty() && ids.get(ids.size() - 1).equals(rest.get(0))) {
            ids.remove(ids.size() - 1);
        }
        ids.addAll(rest);
        assertThat(ids)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 101).mapToObj(String::valueOf).toList());
    }

    private static Mono<List<String>> idsUntil(WalEx walex, String last) {
        return walex.changes()
                .map(event -> event.newRecord().getText("id"))
                .takeUntil(last::equals)
                .collectList();
    }

    @Test
    void anyTransformerMayStandThere() {
        List<Event> seen = new CopyOnWriteArrayList<>();
        Middleware middleware = Middleware.transforming(signals -> signals.filter(
                signal -> !(signal instanceof Event event && event.name().equals("todo"))));
        running = spooled(middleware).changes().subscribe(seen::add);
        postgres.awaitSlotActive("walex");
        postgres.executeInTransaction("INSERT INTO todo VALUES (1)", "INSERT INTO keyed VALUES (1)");

        awaitConfirmed(postgres.currentLsn());
        assertThat(seen).extracting(Event::name).containsExactly("keyed");
    }

    @Test
    void transactionsWithoutTheirEventsAreConfirmed() {
        List<Event> seen = new CopyOnWriteArrayList<>();
        Middleware middleware =
                Middleware.transforming(signals -> signals.filter(signal -> !(signal instanceof Event)));
        running = spooled(middleware).changes().subscribe(seen::add);
        postgres.awaitSlotActive("walex");
        postgres.execute("INSERT INTO keyed VALUES (1)", "INSERT INTO keyed VALUES (2)");

        awaitConfirmed(postgres.currentLsn());
        assertThat(seen).isEmpty();
    }

    private static long size(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.mapToLong(file -> {
                        try {
                            return Files.isRegularFile(file) ? Files.size(file) : 0;
                        } catch (IOException vanished) {
                            return 0;
                        }
                    })
                    .sum();
        } catch (UncheckedIOException vanished) {
            return size(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks for nothing until it is told to. */
    private static final class Stalled<T> extends BaseSubscriber<T> {

        private final List<T> seen;

        Stalled(List<T> seen) {
            this.seen = seen;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {}

        @Override
        protected void hookOnNext(T value) {
            seen.add(value);
        }
    }
}
