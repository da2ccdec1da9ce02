package io.walex.reactive.guarantees.backpressure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.snapshot.SnapshotStores;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.util.retry.Retry;

/** A paused stream delivers nothing, keeps its connection and its slot, and goes on where it stopped. */
class PauseIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    private final Seen<Integer> seen = new Seen<>();

    @BeforeEach
    void createSlot() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    /** The ways to the subscriber. */
    enum Way {
        CHANGES(false, false),
        TRANSACTIONS(true, false),
        CHANGES_BEHIND_MIDDLEWARE(false, true),
        TRANSACTIONS_BEHIND_MIDDLEWARE(true, true);

        private final boolean transactions;
        private final boolean behind;

        Way(boolean transactions, boolean behind) {
            this.transactions = transactions;
            this.behind = behind;
        }

        Flux<Event> events(WalEx walEx) {
            return transactions
                    ? walEx.transactions()
                            .concatMap(transaction -> transaction.events().doOnComplete(transaction::acknowledge))
                    : walEx.changes();
        }
    }

    private WalEx instance(Way way) {
        WalExConfig.Builder config = streams.config().retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(50)));
        return streams.create(way.behind ? config.middleware(Middleware.transforming(signals -> signals)) : config);
    }

    private void start(WalEx walEx, Way way, int pauseAt) {
        streams.start(
                way.events(walEx).map(PauseIT::id).doOnNext(id -> {
                    if (id == pauseAt) {
                        walEx.pause();
                    }
                }),
                seen);
        walEx.awaitStreaming().block(PATIENCE);
    }

    private static int id(Event event) {
        return event.newRecord().get("id", Integer.class);
    }

    private void insert(int from, int to) {
        postgres.execute("INSERT INTO todo SELECT generate_series(" + from + ", " + to + ")");
    }

    private void awaitSeen(int last) {
        seen.awaitAll(IntStream.rangeClosed(1, last).boxed().toList());
    }

    /** The stream has told the server of itself twice from now on: whatever was on its way has come. */
    private void awaitStatusUpdates() {
        for (int i = 0; i < 2; i++) {
            String before = lastUpdate();
            await().atMost(PATIENCE).until(() -> !lastUpdate().equals(before));
        }
    }

    private String lastUpdate() {
        return postgres.queryText(
                "SELECT coalesce(max(r.reply_time)::text, 'none') FROM pg_stat_replication r JOIN pg_replication_slots s ON s.active_pid = r.pid WHERE s.slot_name = 'walex' AND s.database = current_database()");
    }

    @ParameterizedTest
    @EnumSource
    void stopsWithinATransactionAndGoesOnThere(Way way) {
        WalEx walEx = instance(way);
        start(walEx, way, 2);

        insert(1, 5);
        insert(6, 8);
        awaitSeen(2);
        Lsn confirmed = streams.confirmed();
        awaitStatusUpdates();

        awaitSeen(2);
        assertThat(walEx.isPaused()).isTrue();
        assertThat(streams.confirmed()).isEqualTo(confirmed);

        walEx.resume();
        awaitSeen(8);
        assertThat(walEx.isPaused()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void pausedBeforeItsFirstSubscriptionItConnectsAndDeliversNothing(Way way) {
        WalEx walEx = instance(way);
        walEx.pause();
        start(walEx, way, 0);

        insert(1, 3);
        awaitStatusUpdates();
        assertThat(seen.all()).isEmpty();

        walEx.resume();
        awaitSeen(3);
    }

    @ParameterizedTest
    @EnumSource
    void staysPausedWhenItReconnects(Way way) {
        WalEx walEx = instance(way);
        List<ConnectionState> states = new CopyOnWriteArrayList<>();
        walEx.states().subscribe(states::add);
        start(walEx, way, 2);
        insert(1, 5);
        awaitSeen(2);

        postgres.terminateWalsenders("walex");
        await().atMost(PATIENCE)
                .until(() -> states.stream()
                                .filter(state -> state instanceof ConnectionState.Streaming)
                                .count()
                        == 2);
        awaitStatusUpdates();
        awaitSeen(2);

        walEx.resume();
        insert(6, 8);
        awaitSeen(8);
    }

    @Test
    void statesTellIt() {
        WalEx walEx = instance(Way.CHANGES);
        List<ConnectionState> states = new CopyOnWriteArrayList<>();
        walEx.states().subscribe(states::add);
        start(walEx, Way.CHANGES, 0);
        states.clear();

        walEx.pause();
        walEx.pause();
        await().atMost(PATIENCE).until(() -> states.contains(new ConnectionState.Paused(1)));
        walEx.awaitStreaming().block(PATIENCE);
        walEx.resume();
        walEx.resume();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(states)
                        .containsExactly(new ConnectionState.Paused(1), new ConnectionState.Continued(1)));
    }

    @Test
    void whatIsAcknowledgedMeanwhileIsConfirmed() {
        WalEx walEx = instance(Way.TRANSACTIONS);
        Seen<Transaction> transactions = streams.start(walEx.transactions()
                .concatMap(transaction -> transaction.events().then().thenReturn(transaction)));
        walEx.awaitStreaming().block(PATIENCE);
        insert(1, 1);
        transactions.awaitThatOne(transaction -> true);
        walEx.pause();

        Transaction first = transactions.all().get(0);
        first.acknowledge();

        streams.awaitConfirmed(first.endLsn());
    }

    @Test
    void middlewareGoesOnReceiving() {
        AtomicInteger received = new AtomicInteger();
        WalEx walEx = streams.create(streams.config()
                .middleware(Middleware.transforming(signals -> signals.doOnNext(
                                signal -> received.addAndGet(signal instanceof Event ? 1 : 0))
                        .onBackpressureBuffer())));
        walEx.pause();
        start(walEx, Way.CHANGES, 0);

        insert(1, 1000);
        await().atMost(PATIENCE).until(() -> received.get() == 1000);
        assertThat(seen.all()).isEmpty();

        walEx.resume();
        awaitSeen(1000);
    }

    @Test
    void snapshotStopsWithTheStream(@TempDir Path progress) {
        insert(1, 10_000);
        // Anew behind them, so that they are rows from before.
        postgres.execute(
                "SELECT pg_drop_replication_slot('walex')",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
        WalEx walEx = streams.create(
                streams.config().snapshot(SnapshotSpec.initial("todo").store(SnapshotStores.directory(progress))));
        Seen<EventType> types = new Seen<>();
        AtomicInteger count = new AtomicInteger();
        streams.start(
                walEx.changes().map(Event::type).doOnNext(type -> {
                    if (count.incrementAndGet() == 20) {
                        walEx.pause();
                    }
                }),
                types);
        await().atMost(PATIENCE).until(() -> types.size() == 20);
        awaitStatusUpdates();
        assertThat(types.all()).hasSize(20).containsOnly(EventType.READ);

        walEx.resume();
        types.awaitThatOne(type -> type == EventType.SNAPSHOT_COMPLETED);
    }

    @Test
    void closesWithoutWaitingForTheTransactionInHandWhichComesAgain() {
        WalEx walEx = instance(Way.TRANSACTIONS);
        Seen<Object> ends = new Seen<>();
        streams.start(walEx.transactions()
                .concatMap(transaction -> transaction
                        .events()
                        .doOnNext(event -> walEx.pause())
                        .doOnError(ends::add)
                        .onErrorComplete()));
        walEx.awaitStreaming().block(PATIENCE);
        insert(1, 3);
        await().atMost(PATIENCE).until(walEx::isPaused);

        // Less than the ten seconds that are given to one that can end.
        walEx.closeGracefully().block(Duration.ofSeconds(8));

        assertThat(ends.all()).singleElement().isInstanceOf(CancellationException.class);
        start(instance(Way.CHANGES), Way.CHANGES, 0);
        awaitSeen(3);
    }
}
