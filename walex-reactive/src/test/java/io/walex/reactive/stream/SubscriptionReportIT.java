package io.walex.reactive.stream;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.SlotNotFoundException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.snapshot.SnapshotReport;
import io.walex.reactive.snapshot.SnapshotStores;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.util.retry.Retry;

/** What {@code subscriptions()} tells of a stream. */
class SubscriptionReportIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void createSlot() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    private WalExConfig.Builder config() {
        return streams.config().retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(50)));
    }

    private void insert(int from, int to) {
        postgres.execute("INSERT INTO todo SELECT generate_series(" + from + ", " + to + ")");
    }

    private static SubscriptionReport only(WalEx walEx) {
        assertThat(walEx.subscriptions()).hasSize(1);
        return walEx.subscriptions().get(0);
    }

    private static void awaitReport(WalEx walEx, ThrowingConsumer<SubscriptionReport> assertion) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(only(walEx)).satisfies(assertion));
    }

    @Test
    void idleStreamHasNoLagAndItsCountsFitWhatWasSeen() {
        WalEx walEx = streams.create(config());
        assertThat(walEx.subscriptions()).isEmpty();
        Seen<Event> seen = streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);
        insert(1, 2);
        insert(3, 3);
        await().atMost(PATIENCE).until(() -> seen.size() == 3);

        awaitReport(walEx, report -> {
            assertThat(report.subscription()).isEqualTo(1);
            assertThat(report.slot()).isEqualTo("walex");
            assertThat(report.state()).isInstanceOf(ConnectionState.Streaming.class);
            assertThat(report.paused()).isFalse();
            assertThat(report.lag()).isZero();
            assertThat(report.lagBytes()).isZero();
            assertThat(report.unacknowledged()).isZero();
            assertThat(report.lastCommit()).isEqualTo(seen.all().get(2).timestamp());
            assertThat(report.positions().delivered())
                    .isGreaterThan(seen.all().get(2).lsn());
            assertThat(report.positions().confirmed())
                    .isEqualTo(report.positions().serverEnd());
            assertThat(report.counts())
                    .returns(3L, SubscriptionReport.Counts::events)
                    .returns(2L, SubscriptionReport.Counts::transactions)
                    .returns(2L, SubscriptionReport.Counts::acknowledged)
                    .returns(0L, SubscriptionReport.Counts::reconnects);
            assertThat(report.counts().bytes()).isGreaterThan(100);
            assertThat(report.snapshots()).isEmpty();
        });
        ConnectionState.Streaming streaming =
                (ConnectionState.Streaming) only(walEx).state();
        assertThat(only(walEx).since())
                .isBetween(streaming.since(), streaming.since().plusSeconds(1));
    }

    @Test
    void lagGrowsWhileChangesWait() {
        WalEx walEx = streams.create(config());
        Seen<Event> seen = streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);
        insert(1, 1);
        awaitReport(walEx, report -> assertThat(report.lag()).isZero());
        walEx.pause();
        insert(2, 2);

        awaitReport(walEx, report -> assertThat(report.lag()).isPositive());
        SubscriptionReport first = only(walEx);
        awaitReport(walEx, report -> assertThat(report.lag()).isGreaterThan(first.lag()));
        assertThat(first.paused()).isTrue();
        assertThat(first.state()).isInstanceOf(ConnectionState.Streaming.class);

        walEx.resume();
        await().atMost(PATIENCE).until(() -> seen.size() == 2);
        awaitReport(walEx, report -> assertThat(report.lag()).isZero());
    }

    @Test
    void countsWhatIsNotAcknowledgedInOrder() {
        WalEx walEx = streams.create(config());
        Seen<Transaction> seen = streams.start(walEx.transactions()
                .concatMap(transaction -> transaction.events().then().thenReturn(transaction)));
        walEx.awaitStreaming().block(PATIENCE);
        for (int i = 1; i <= 3; i++) {
            insert(i, i);
        }
        await().atMost(PATIENCE).until(() -> seen.size() == 3);

        seen.all().get(1).acknowledge();
        awaitReport(walEx, report -> assertThat(report.unacknowledged()).isEqualTo(3));
        assertThat(only(walEx).lagBytes()).isPositive();

        seen.all().get(0).acknowledge();
        Lsn end = seen.all().get(1).endLsn();
        awaitReport(walEx, report -> {
            assertThat(report.unacknowledged()).isEqualTo(1);
            assertThat(report.counts().acknowledged()).isEqualTo(2);
            assertThat(report.positions().acknowledged()).isEqualTo(end);
            assertThat(report.positions().confirmed()).isEqualTo(end);
            assertThat(report.positions().delivered()).isGreaterThan(end);
        });
    }

    @Test
    void tellsWhatAMiddlewareHasNotConfirmedApart() {
        WalEx walEx = streams.create(config().middleware((signals, link) -> signals));
        streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);
        Lsn before = only(walEx).positions().confirmed();
        insert(1, 1);

        awaitReport(walEx, report -> {
            assertThat(report.positions().acknowledged())
                    .isEqualTo(report.positions().delivered());
            assertThat(report.positions().acknowledged()).isGreaterThan(before);
        });
        assertThat(only(walEx).positions().confirmed())
                .isLessThan(only(walEx).positions().acknowledged());
        assertThat(only(walEx).lagBytes()).isPositive();
    }

    @Test
    void transformingMiddlewareConfirmsWhatIsAcknowledged() {
        WalEx walEx = streams.create(config().middleware(Middleware.transforming(signals -> signals)));
        streams.start(walEx.transactions()
                .concatMap(transaction -> transaction.events().doOnComplete(transaction::acknowledge)));
        walEx.awaitStreaming().block(PATIENCE);
        insert(1, 2);

        awaitReport(walEx, report -> {
            assertThat(report.counts().events()).isEqualTo(2);
            assertThat(report.counts().transactions()).isEqualTo(1);
            assertThat(report.lagBytes()).isZero();
        });
    }

    @Test
    void countsReconnects() {
        WalEx walEx = streams.create(config());
        streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);

        postgres.terminateWalsenders("walex");

        awaitReport(walEx, report -> {
            assertThat(report.counts().reconnects()).isEqualTo(1);
            assertThat(report.state()).isInstanceOf(ConnectionState.Streaming.class);
            assertThat(report.lag()).isZero();
        });
    }

    @Test
    void oneThatAnErrorStoppedIsToldUntilAnotherStarts() {
        WalEx walEx = streams.create(config().slot(SlotSpec.durable("absent").mustExist()));
        Seen<Event> seen = streams.start(walEx.changes());

        Throwable error = seen.awaitFailure();
        assertThat(error).isInstanceOf(SlotNotFoundException.class);
        awaitReport(walEx, report -> assertThat(report.state()).isEqualTo(new ConnectionState.Stopped(1, error)));

        postgres.execute("SELECT pg_create_logical_replication_slot('absent', 'pgoutput')");
        Disposable second = streams.start(walEx.changes(), seen);
        walEx.awaitStreaming().block(PATIENCE);
        assertThat(only(walEx).subscription()).isEqualTo(2);

        second.dispose();
        await().atMost(PATIENCE).until(() -> walEx.subscriptions().isEmpty());
    }

    @Test
    void hasTheReportsOfSnapshotsThatRun(@TempDir Path progress) {
        insert(1, 10_000);
        // Anew behind them, so that they are rows from before.
        postgres.execute(
                "SELECT pg_drop_replication_slot('walex')",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
        WalEx walEx = streams.create(
                config().snapshot(SnapshotSpec.initial("todo").store(SnapshotStores.directory(progress))));
        AtomicInteger rows = new AtomicInteger();
        Seen<EventType> seen = new Seen<>();
        streams.start(
                walEx.changes().map(Event::type).doOnNext(type -> {
                    if (rows.incrementAndGet() == 100) {
                        walEx.pause();
                    }
                }),
                seen);

        awaitReport(
                walEx,
                report -> assertThat(report.snapshots())
                        .singleElement()
                        .returns("initial", SnapshotReport::snapshot)
                        .returns(SnapshotReport.State.RUNNING, SnapshotReport::state));
        await().atMost(PATIENCE).until(walEx::isPaused);
        assertThat(only(walEx).counts().events()).isEqualTo(100);

        walEx.resume();
        seen.awaitThatOne(type -> type == EventType.SNAPSHOT_COMPLETED);
        awaitReport(walEx, report -> {
            assertThat(report.counts().snapshotRows()).isEqualTo(10_000);
            assertThat(report.counts().transactions()).isZero();
            assertThat(report.snapshots()).isEmpty();
        });
        assertThat(Objects.requireNonNull(only(walEx).slot())).isEqualTo("walex");
    }
}
