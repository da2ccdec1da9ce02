package io.walex.reactive.guarantees.snapshots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.snapshot.BackfillSpec;
import io.walex.reactive.snapshot.SnapshotReport;
import io.walex.reactive.snapshot.SnapshotStores;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** A snapshot goes on where it was interrupted, and is done once. */
class ResumedSnapshotIT {

    private static final int ROWS = 20_000;

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
                "CREATE TABLE other (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "INSERT INTO other VALUES (1)",
                "INSERT INTO todo SELECT i, repeat('task', 20) FROM generate_series(1, " + ROWS + ") i");
    }

    private WalExConfig.Builder config(String... tables) {
        return streams.config()
                .snapshot(SnapshotSpec.initial(tables)
                        .store(SnapshotStores.directory(directory))
                        .options(SnapshotOptions.DEFAULT.chunkBytes(65536)));
    }

    private static boolean isRead(Event event) {
        return event.type() == EventType.READ;
    }

    @Test
    void goesOnBehindWhatWasAcknowledged() {
        Set<Object> acknowledged = new HashSet<>();
        WalEx first = streams.create(config("todo"));
        first.transactions()
                .concatMap(transaction -> transaction.events().collectList().doOnNext(events -> {
                    events.forEach(event -> acknowledged.add(event.newRecord().get("id")));
                    transaction.acknowledge();
                }))
                .takeUntil(events -> acknowledged.size() > ROWS / 2)
                .blockLast(PATIENCE);
        first.closeGracefully().block(PATIENCE);

        Seen<Event> seen = streams.start(streams.create(config("todo")).changes());
        List<Event> events = InitialSnapshotIT.awaitCompleted(seen);

        List<Object> again = events.stream()
                .filter(ResumedSnapshotIT::isRead)
                .map(event -> event.newRecord().get("id"))
                .toList();
        Set<Object> all = new HashSet<>(acknowledged);
        all.addAll(again);
        assertThat(all).hasSize(ROWS);
        // Two chunks of 64 KiB have less than 1,200 of these rows.
        assertThat(again).hasSizeLessThan(ROWS - acknowledged.size() + 1200);
    }

    @Test
    void isDoneOnceForTheSlot() {
        InitialSnapshotIT.awaitCompleted(
                streams.start(streams.create(config("todo")).changes()));
        streams.stop();
        postgres.awaitSlotInactive(StreamFixture.SLOT);

        WalEx again = streams.create(config("todo"));
        Seen<Event> seen = streams.start(again.changes());
        postgres.execute("INSERT INTO todo VALUES (0)");
        seen.awaitThatOne(event -> event.type() == EventType.INSERT);

        assertThat(seen.all()).noneMatch(ResumedSnapshotIT::isRead);
    }

    @Test
    void tableThatWasAddedIsReadAndTheOthersAreNot() {
        InitialSnapshotIT.awaitCompleted(
                streams.start(streams.create(config("todo")).changes()));
        streams.stop();
        postgres.awaitSlotInactive(StreamFixture.SLOT);

        List<Event> events = InitialSnapshotIT.awaitCompleted(
                streams.start(streams.create(config("todo", "other")).changes()));

        assertThat(events)
                .extracting(event -> event.source().table())
                .containsOnly("other")
                .hasSize(2);
    }

    @Test
    void newSlotHasAllReadAgain() {
        InitialSnapshotIT.awaitCompleted(
                streams.start(streams.create(config("todo")).changes()));
        streams.stop();
        postgres.awaitSlotInactive(StreamFixture.SLOT);
        postgres.execute("SELECT pg_drop_replication_slot('walex')");

        List<Event> events = InitialSnapshotIT.awaitCompleted(
                streams.start(streams.create(config("todo")).changes()));

        assertThat(events.stream().filter(ResumedSnapshotIT::isRead)).hasSize(ROWS);
    }

    @Test
    void connectionsThatAreKilledLoseAndDoubleNoTable() {
        WalEx walEx = streams.create(config("todo"));
        Seen<Event> seen = streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);
        for (int i = 0; i < 10; i++) {
            postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '"
                    + postgres.name() + "'");
        }

        List<Event> events = InitialSnapshotIT.awaitCompleted(seen);

        assertThat(events.stream()
                        .filter(ResumedSnapshotIT::isRead)
                        .map(event -> event.newRecord().get("id"))
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, ROWS).boxed().toList());
    }

    @Test
    void slotMovesWhileRowsAreRead() {
        WalEx walEx = streams.create(config("todo")
                .snapshot(SnapshotSpec.initial("todo")
                        .store(SnapshotStores.directory(directory))
                        .options(SnapshotOptions.DEFAULT.chunkBytes(8192).rowsPerSecond(500))));
        Seen<Event> seen = streams.start(walEx.changes());
        seen.awaitThatOne(ResumedSnapshotIT::isRead);
        postgres.execute("INSERT INTO todo VALUES (0)");

        streams.awaitConfirmed(postgres.currentLsn());

        assertThat(seen.all()).noneMatch(event -> event.type() == EventType.SNAPSHOT_COMPLETED);
    }

    @Test
    void backfillThatHasCompletedHasNothingLeftToDo() {
        WalEx walEx = streams.create(streams.config());
        Seen<Event> seen = streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);
        BackfillSpec spec = BackfillSpec.of("todo").store(SnapshotStores.directory(directory));
        walEx.backfill(spec).completed().block(PATIENCE);
        int before = seen.size();
        await().until(() -> walEx.backfills().isEmpty());

        SnapshotReport report = walEx.backfill(spec).progress().blockLast(PATIENCE);

        assertThat(report.state()).isEqualTo(SnapshotReport.State.COMPLETED);
        assertThat(seen.size()).isEqualTo(before);
    }

    @Test
    void slicesAreTransactionsThatSayWhatTheyAre() {
        List<Transaction> slices = Flux.from(streams.create(config("todo")).transactions())
                .concatMap(transaction -> transaction
                        .events()
                        .doOnComplete(transaction::acknowledge)
                        .then()
                        .thenReturn(transaction))
                .takeUntil(transaction -> transaction.snapshot() != null
                        && String.valueOf(transaction.snapshot().progress()).contains("\"completed\":true,\"tables\""))
                .collectList()
                .block(PATIENCE);

        assertThat(slices)
                .allMatch(transaction -> transaction.snapshot().snapshot().equals("initial"))
                .allMatch(transaction -> transaction.snapshot().table().equals("todo"))
                .allMatch(transaction -> transaction.xid() == 0);
    }
}
