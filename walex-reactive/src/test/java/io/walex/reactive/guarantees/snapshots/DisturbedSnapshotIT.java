package io.walex.reactive.guarantees.snapshots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.snapshot.Backfill;
import io.walex.reactive.snapshot.BackfillSpec;
import io.walex.reactive.snapshot.SnapshotReport;
import io.walex.reactive.snapshot.SnapshotStores;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** What is done to a table, or to a snapshot, while it is read. */
class DisturbedSnapshotIT {

    private static final int ROWS = 8000;

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @TempDir
    Path directory;

    @BeforeEach
    void rowsAreThere() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, task text)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "INSERT INTO todo SELECT i, repeat('task ', 20) || i FROM generate_series(1, " + ROWS + ") i");
    }

    private WalExConfig.Builder config() {
        return streams.config()
                .slot(SlotSpec.temporary())
                .snapshot(SnapshotSpec.initial("todo").options(SnapshotOptions.DEFAULT.chunkBytes(64 << 10)));
    }

    /** Asks for what a test wants it to. */
    private final class Slow extends BaseSubscriber<Event> {

        private final Seen<Event> seen = new Seen<>();

        Slow(WalEx walEx) {
            streams.add(this);
            walEx.changes().subscribe(this);
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            // Nothing yet.
        }

        @Override
        protected void hookOnNext(Event event) {
            seen.add(event);
        }

        @Override
        protected void hookOnError(Throwable error) {
            seen.fail(error);
        }

        void requestUntil(EventType type) {
            while (seen.all().stream().noneMatch(event -> event.type() == type)) {
                int before = seen.size();
                request(1);
                await().atMost(PATIENCE).until(() -> seen.size() > before);
            }
        }
    }

    private static List<Object> read(List<Event> events) {
        return events.stream()
                .filter(event -> event.type() == EventType.READ)
                .map(event -> event.newRecord().get("id"))
                .distinct()
                .toList();
    }

    @Test
    void tableIsAlteredWhileTheSubscriberIsWithinASlice() {
        Slow slow = new Slow(streams.create(config()));
        slow.requestUntil(EventType.READ);
        postgres.execute("ALTER TABLE todo ADD COLUMN extra int DEFAULT 7", "VACUUM FULL todo");

        slow.requestUnbounded();

        List<Event> events = InitialSnapshotIT.awaitCompleted(slow.seen);
        assertThat(read(events))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, ROWS).boxed().toList());
    }

    @Test
    void tableIsReplacedByAnotherOfItsName() {
        Seen<Event> seen = streams.start(streams.create(config().snapshot(SnapshotSpec.initial("todo")
                        .options(SnapshotOptions.DEFAULT.chunkBytes(8192).rowsPerSecond(2000))))
                .changes());
        seen.awaitThatOne(event -> event.type() == EventType.READ);
        postgres.execute(
                "DROP TABLE todo",
                "CREATE TABLE todo (id int PRIMARY KEY, task text)",
                "INSERT INTO todo SELECT -i, 'new' FROM generate_series(1, 100) i");

        List<Event> events = InitialSnapshotIT.awaitCompleted(seen);

        assertThat(events.stream()
                        .filter(event -> event.type() == EventType.READ || event.type() == EventType.INSERT)
                        .map(event -> event.newRecord().get("id")))
                .containsAll(IntStream.rangeClosed(1, 100).map(i -> -i).boxed().toList());
    }

    @Test
    void slotMovesOnBehindABackfillThatWasCancelledWithinATransaction() {
        WalEx walEx = streams.create(streams.config());
        Slow slow = new Slow(walEx);
        walEx.awaitStreaming().block(PATIENCE);
        Backfill backfill = walEx.backfill(BackfillSpec.of("todo").store(SnapshotStores.directory(directory)));
        backfill.progress()
                .filter(report -> report.state() == SnapshotReport.State.RUNNING)
                .blockFirst(PATIENCE);
        backfill.pause();
        postgres.execute("INSERT INTO todo VALUES (-1), (-2), (-3)");
        slow.requestUntil(EventType.INSERT);

        backfill.cancel();
        backfill.completed().onErrorComplete().block(PATIENCE);
        slow.requestUnbounded();
        postgres.execute("INSERT INTO todo VALUES (-4)");

        streams.awaitConfirmed(postgres.currentLsn());
    }

    @Test
    void keylessTableThatCannotBeReadLetsTheStreamGoOn() {
        postgres.execute(
                "CREATE TABLE log (id int, line text)",
                "ALTER TABLE log REPLICA IDENTITY FULL",
                "INSERT INTO log SELECT i, repeat('x', 300) FROM generate_series(1, 40000) i",
                "CREATE TABLE other (id int PRIMARY KEY)",
                "INSERT INTO other VALUES (0)");
        WalEx walEx = streams.create(
                streams.config().slot(SlotSpec.temporary()).snapshot(SnapshotSpec.initial("log", "other")));
        Slow slow = new Slow(walEx);
        slow.requestUntil(EventType.READ);
        // Its transaction is ended while the stream stands still for it.
        postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity" + " WHERE application_name = '"
                + postgres.name() + "' AND state = 'idle in transaction'");
        slow.requestUnbounded();
        postgres.execute("INSERT INTO other VALUES (1)");

        slow.seen.awaitThatOne(event -> event.type() == EventType.INSERT);
    }

    @Test
    void backfillIsRefusedWhereTransactionsComeAtTheirPreparation() {
        assumeThat(Integer.getInteger("walex.test.major", PostgresServer.DEFAULT_MAJOR))
                .isGreaterThanOrEqualTo(15);
        WalEx walEx =
                streams.create(streams.config().twoPhase(TwoPhase.AT_PREPARE).slot(SlotSpec.temporary()));
        streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);

        assertThatThrownBy(() -> walEx.backfill(BackfillSpec.of("todo")))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("AT_PREPARE");
    }

    @Test
    void tableThatIsNotSubscribedToAnyMoreIsGivenUp() {
        postgres.execute("CREATE TABLE other (id int PRIMARY KEY)");
        WalEx walEx = streams.create(streams.config().subscribe("todo", "other"));
        streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);
        Backfill backfill = walEx.backfill(BackfillSpec.of("todo")
                .options(SnapshotOptions.FOR_BACKFILL.chunkBytes(8192).rowsPerSecond(500)));
        backfill.progress().filter(report -> report.rows() > 0).blockFirst(PATIENCE);

        walEx.reconfigure(config -> config.removeSubscriptions("todo"));

        assertThatThrownBy(() -> backfill.completed().block(PATIENCE))
                .hasMessageContaining("public.todo")
                .hasMessageContaining("not subscribed");
    }
}
