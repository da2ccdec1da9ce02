package io.walex.reactive.guarantees.snapshots;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class InitialSnapshotIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void rowsAreThere() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, task text)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "INSERT INTO todo SELECT i, 'task ' || i FROM generate_series(1, 10000) i");
    }

    @Test
    void rowsFromBeforeComeBeforeTheEndIsTold() {
        Seen<Event> seen = streams.start(streams.create(streams.config()
                        .slot(SlotSpec.temporary())
                        .snapshot(SnapshotSpec.initial("todo").store(SnapshotStore.inMemory())))
                .changes());

        List<Event> events = awaitCompleted(seen);

        assertThat(events).filteredOn(event -> event.type() == EventType.READ).hasSize(10000);
        assertThat(events.get(events.size() - 1).snapshotSummary().rows()).isEqualTo(10000);
    }

    static List<Event> awaitCompleted(Seen<Event> seen) {
        Awaitility.await("completed")
                .atMost(PATIENCE)
                .until(() -> seen.all().stream().anyMatch(event -> event.type() == EventType.SNAPSHOT_COMPLETED));
        return seen.all();
    }
}
