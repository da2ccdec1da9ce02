package io.walex.reactive.guarantees.snapshots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.snapshot.BackfillSpec;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tables without a key, without pages, without rows. */
class UnusualTablesIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void publish() {
        postgres.execute("CREATE PUBLICATION events FOR ALL TABLES");
    }

    @AfterEach
    void dropMethod() {
        streams.stop();
        postgres.execute("DROP ACCESS METHOD IF EXISTS another CASCADE");
    }

    private Seen<Event> snapshot(SnapshotSpec snapshot) {
        return streams.start(
                streams.create(streams.config().slot(SlotSpec.temporary()).snapshot(snapshot))
                        .changes());
    }

    private static List<Object> read(List<Event> events) {
        return events.stream()
                .filter(event -> event.type() == EventType.READ)
                .map(event -> event.newRecord().get("id"))
                .toList();
    }

    @Test
    void rowsOfATableWithoutKeyComeAllAndNothingBetweenThem() {
        postgres.execute(
                "CREATE TABLE log (id int, line text)",
                "ALTER TABLE log REPLICA IDENTITY FULL",
                "INSERT INTO log SELECT i / 2, repeat('x', 100) FROM generate_series(2, 20001) i");
        WalEx walEx = streams.create(streams.config().slot(SlotSpec.temporary()).snapshot(SnapshotSpec.initial("log")));
        Seen<Event> seen = streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);
        for (int i = 0; i < 200; i++) {
            postgres.execute("INSERT INTO log VALUES (-1)");
        }

        List<Event> events = InitialSnapshotIT.awaitCompleted(seen);

        int first = IntStream.range(0, events.size())
                .filter(i -> events.get(i).type() == EventType.READ)
                .findFirst()
                .orElseThrow();
        int last = IntStream.range(0, events.size())
                .filter(i -> events.get(i).type() == EventType.SNAPSHOT_COMPLETED)
                .findFirst()
                .orElseThrow();
        assertThat(events.subList(first, last)).allMatch(event -> event.type() == EventType.READ);
        assertThat(Objects.requireNonNull(events.get(first).snapshot()).fromStart())
                .isTrue();
        List<Object> expected = new ArrayList<>();
        IntStream.rangeClosed(2, 20001).forEach(i -> expected.add(i / 2));
        long before = events.subList(0, first).stream()
                .filter(event -> event.type() == EventType.INSERT)
                .count();
        assertThat(read(events).stream().filter(id -> !id.equals(-1))).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(read(events).stream().filter(id -> id.equals(-1))).hasSize((int) before);
    }

    @Test
    void tableWithoutKeyIsRefusedWhereThatIsWanted() {
        postgres.execute("CREATE TABLE log (id int)");

        Seen<Event> seen = snapshot(
                SnapshotSpec.initial("log").options(SnapshotOptions.DEFAULT.keyless(SnapshotOptions.Keyless.REFUSE)));

        assertThat(seen.awaitFailure())
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("public.log")
                .hasMessageContaining("primary key");
    }

    @Test
    void backfillRefusesATableWithoutKey() {
        postgres.execute("CREATE TABLE log (id int)");
        WalEx walEx = streams.create(streams.config());
        streams.start(walEx.changes());
        walEx.awaitStreaming().block(PATIENCE);

        assertThatThrownBy(
                        () -> walEx.backfill(BackfillSpec.of("log")).completed().block(PATIENCE))
                .hasMessageContaining("public.log")
                .hasMessageContaining("primary key");
    }

    @Test
    void tableWithoutPagesIsReadByItsKey() {
        postgres.execute(
                "CREATE ACCESS METHOD another TYPE TABLE HANDLER heap_tableam_handler",
                "CREATE TABLE todo (id int, kind text, PRIMARY KEY (kind, id)) USING another",
                "INSERT INTO todo SELECT i, 'kind ' || i % 7 FROM generate_series(1, 12345) i");

        List<Event> events = InitialSnapshotIT.awaitCompleted(snapshot(SnapshotSpec.initial("todo")));

        assertThat(read(events))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 12345).boxed().toList());
    }

    @Test
    void tableWithoutRowsIsCompleteAtOnce() {
        postgres.execute("CREATE TABLE todo (id int PRIMARY KEY)");

        List<Event> events = InitialSnapshotIT.awaitCompleted(snapshot(SnapshotSpec.initial("todo")));

        assertThat(events).hasSize(1);
        assertThat(events.get(0).snapshotSummary().rows()).isZero();
    }

    @Test
    void rowsOfPartitionsAreThoseOfTheRoot() {
        postgres.execute(
                "ALTER PUBLICATION events SET (publish_via_partition_root = true)",
                "CREATE TABLE todo (id int PRIMARY KEY, task text) PARTITION BY RANGE (id)",
                "CREATE TABLE todo_low (task text, id int NOT NULL)",
                "ALTER TABLE todo ATTACH PARTITION todo_low FOR VALUES FROM (0) TO (1000)",
                "CREATE TABLE todo_high PARTITION OF todo FOR VALUES FROM (1000) TO (2000)",
                "INSERT INTO todo SELECT i, 'task' FROM generate_series(0, 1999) i");

        List<Event> events = InitialSnapshotIT.awaitCompleted(snapshot(SnapshotSpec.initial("todo")));

        assertThat(events).allMatch(event -> event.source().table().equals("todo"));
        assertThat(read(events))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 2000).boxed().toList());
    }

    @Test
    void unknownTableFailsTheStart() {
        Seen<Event> seen = snapshot(SnapshotSpec.initial("nowhere"));

        assertThat(seen.awaitFailure())
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("nowhere")
                .hasMessageContaining("not published");
    }
}
