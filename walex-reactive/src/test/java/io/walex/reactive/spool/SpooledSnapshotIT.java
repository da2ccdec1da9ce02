package io.walex.reactive.spool;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** A snapshot whose rows wait in a spool. */
class SpooledSnapshotIT extends SpooledStreams {

    private static final int ROWS = 5000;

    /** Outlives both streams. */
    private final SnapshotStore store = new SnapshotStore() {

        private final SnapshotStore memory = SnapshotStore.inMemory();

        @Override
        public Mono<String> load(String key) {
            return memory.load(key);
        }

        @Override
        public Mono<Void> save(String key, String progress) {
            return memory.save(key, progress);
        }
    };

    private WalEx snapshot() {
        return streams.create(config().middleware(DiskSpool.in(directory.resolve("spool")))
                .snapshot(SnapshotSpec.initial("keyed").store(store)));
    }

    @Test
    void comesWholeThoughItsConsumerStopsInTheMiddle() {
        postgres.execute("INSERT INTO keyed SELECT i, 'body ' || i FROM generate_series(1, " + ROWS + ") i");
        postgres.execute("SELECT pg_replication_slot_advance('walex', pg_current_wal_lsn())");

        List<Event> events =
                new ArrayList<>(snapshot().changes().take(1234).collectList().block(PATIENCE));
        postgres.awaitSlotInactive("walex");
        events.addAll(snapshot()
                .changes()
                .takeUntil(event -> event.type() == EventType.SNAPSHOT_COMPLETED)
                .collectList()
                .block(PATIENCE));

        assertThat(events.remove(events.size() - 1).snapshotSummary().rows()).isGreaterThanOrEqualTo(ROWS);
        assertThat(events).extracting(Event::type).containsOnly(EventType.READ);
        assertThat(events.stream().map(event -> event.newRecord().get("id", Integer.class)))
                .containsAll(IntStream.rangeClosed(1, ROWS).boxed().toList());
    }
}
