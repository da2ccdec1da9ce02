package io.walex.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.testsupport.PostgresExtension;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** What a subscriber of {@code changes()} sees. */
class ChangesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @BeforeEach
    void createTables() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, title text, body text)",
                "CREATE TABLE other (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    private WalExConfig config() {
        return WalExConfig.fromUrl(postgres.url())
                .publication("events")
                .subscribe("todo")
                .slot(SlotSpec.durable("walex"))
                .build();
    }

    @Test
    void deliversInsertsUpdatesDeletesAndTruncates() {
        postgres.execute(
                "INSERT INTO todo VALUES (1, 'a', null)",
                "INSERT INTO other VALUES (1)",
                "UPDATE todo SET title = 'b' WHERE id = 1",
                "DELETE FROM todo",
                "TRUNCATE todo");

        List<Event> events = WalEx.changes(config()).take(4).collectList().block(PATIENCE);

        assertThat(events)
                .extracting(Event::type)
                .containsExactly(EventType.INSERT, EventType.UPDATE, EventType.DELETE, EventType.TRUNCATE);
        assertThat(events.get(0).newRecord().getText("title")).isEqualTo("a");
        assertThat(events.get(0).newRecord().isNull("body")).isTrue();
        postgres.awaitSlotInactive("walex");
    }

    @Test
    void keepsOrderWhenDemandComesFromOtherThreads() {
        for (int pass = 0; pass < 5; pass++) {
            postgres.execute(
                    "TRUNCATE other",
                    "DELETE FROM todo",
                    "SELECT pg_replication_slot_advance('walex', pg_current_wal_lsn())",
                    "INSERT INTO todo SELECT i, 'x', 'y' FROM generate_series(1, 100000) i");
            long t = System.nanoTime();
            Flux<Integer> ids = WalEx.changes(config())
                    .publishOn(Schedulers.single(), 1024)
                    .map(event -> Integer.parseInt(event.newRecord().getText("id")))
                    .take(100000);
            StepVerifier.create(ids.scan((a, b) -> b == a + 1 ? b : -1).last())
                    .expectNext(100000)
                    .expectComplete()
                    .verify(PATIENCE);
            System.out.println((System.nanoTime() - t) / 1e6);
        }
    }
}
