package io.walex.reactive.guarantees.snapshots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.WalEx;
import io.walex.reactive.error.SnapshotException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.snapshot.Backfill;
import io.walex.reactive.snapshot.BackfillSpec;
import io.walex.reactive.snapshot.SnapshotReport;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rows are read again while the stream runs. */
class BackfillIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void rowsAreThere() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, task text)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "INSERT INTO todo SELECT i, 'task ' || i FROM generate_series(1, 5000) i");
    }

    private static List<Object> ids(Seen<Event> seen) {
        return seen.all().stream()
                .filter(event -> event.type() == EventType.READ)
                .map(event -> event.newRecord().get("id"))
                .toList();
    }

    @Test
    void rowsOfTheConditionComeAgainAndNoOthers() {
        WalEx walEx = streams.create(streams.config());
        Seen<Event> seen = streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);

        Backfill backfill = walEx.backfill(BackfillSpec.of("public.todo")
                .where("id BETWEEN 100 AND 199 -- some")
                .named("some"));
        backfill.completed().block(PATIENCE);

        assertThat(ids(seen))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(100, 199).boxed().toList());
        assertThat(backfill.progress().blockLast(PATIENCE))
                .extracting(SnapshotReport::state, SnapshotReport::rows, SnapshotReport::fraction)
                .containsExactly(SnapshotReport.State.COMPLETED, 100L, 1.0);
        assertThat(walEx.backfills()).isEmpty();
    }

    /** No transaction of ours lasts longer than 250 ms. */
    @Test
    void rowsThatTakeLongComeInSmallerChunks() {
        WalEx walEx = streams.create(streams.config());
        Seen<Event> seen = streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);

        walEx.backfill(BackfillSpec.of("todo").where("id > 150 OR pg_sleep(0.01) IS NOT NULL"))
                .completed()
                .block(PATIENCE);

        assertThat(ids(seen)).hasSize(5000).doesNotHaveDuplicates();
    }

    @Test
    void wrongConditionEndsTheBackfillAndNotTheStream() {
        WalEx walEx = streams.create(streams.config());
        Seen<Event> seen = streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);

        Backfill backfill = walEx.backfill(BackfillSpec.of("todo").where("no_such_column = 1"));

        assertThatThrownBy(() -> backfill.completed().block(PATIENCE))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("public.todo")
                .hasMessageContaining("no_such_column");
        postgres.execute("INSERT INTO todo VALUES (0)");
        seen.awaitThatOne(event -> event.type() == EventType.INSERT);
    }

    @Test
    void cancelledBackfillLeavesTheStreamAlone() {
        WalEx walEx = streams.create(streams.config());
        Seen<Event> seen = streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);

        Backfill backfill = walEx.backfill(BackfillSpec.of("todo"));
        backfill.pause();
        backfill.cancel();

        assertThatThrownBy(() -> backfill.completed().block(PATIENCE)).isInstanceOf(CancellationException.class);
        postgres.execute("INSERT INTO todo VALUES (0)");
        seen.awaitThatOne(event -> event.type() == EventType.INSERT);
    }

    @Test
    void pausedBackfillGoesOn() {
        WalEx walEx = streams.create(streams.config());
        Seen<Event> seen = streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);

        Backfill backfill = walEx.backfill(BackfillSpec.of("todo"));
        backfill.pause();
        backfill.progress()
                .filter(report -> report.state() == SnapshotReport.State.PAUSED)
                .blockFirst(PATIENCE);
        backfill.resume();
        backfill.completed().block(PATIENCE);

        assertThat(ids(seen)).hasSize(5000);
    }

    @Test
    void unknownTableIsAnErrorOfTheBackfill() {
        WalEx walEx = streams.create(streams.config());
        streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);

        assertThatThrownBy(() ->
                        walEx.backfill(BackfillSpec.of("nowhere")).completed().block(PATIENCE))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("nowhere")
                .hasMessageContaining("not published");
    }

    @Test
    void withoutAStreamThereIsNobodyToGiveRowsTo() {
        WalEx walEx = streams.create(streams.config());

        assertThatThrownBy(() -> walEx.backfill(BackfillSpec.of("todo")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("subscribe");
    }
}
