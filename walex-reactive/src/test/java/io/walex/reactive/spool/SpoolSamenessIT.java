package io.walex.reactive.spool;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventJson;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Position;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.TcpProxy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A spool neither loses nor repeats nor changes what passes through it. */
class SpoolSamenessIT extends SpooledStreams {

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

            List<Event> plain = toTheLast(streams.create(
                    config.mutate().slot(SlotSpec.durable("plain")).build()));
            List<Event> spooled = toTheLast(streams.create(config.mutate()
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

        List<Event> plain = toTheLast(
                streams.create(config.mutate().slot(SlotSpec.durable("plain")).build()));
        // Larger than the spool, and again from the start after it was seen in part.
        WalEx spooled = streams.create(config.mutate()
                .middleware(DiskSpool.in(directory).maxBytes(1 << 20))
                .build());
        spooled.changes().take(1000).blockLast(PATIENCE);
        postgres.awaitSlotInactive("walex");

        assertThat(json(toTheLast(spooled))).isEqualTo(json(plain));
        assertThat(plain).hasSizeGreaterThan(6000);
    }

    @Test
    void neitherLosesNorRepeatsAcrossReconnects() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(postgres.host(), postgres.port())) {
            WalEx walex = streams.create(
                    config().host(proxy.host()).port(proxy.port()).middleware(DiskSpool.in(directory)));
            Seen<Position> seen = streams.start(walex.changes().map(Event::position));
            walex.awaitStreaming().block(PATIENCE);
            for (int i = 0; i < 10; i++) {
                postgres.execute(
                        "INSERT INTO todo SELECT i FROM generate_series(" + i * 1000 + ", " + (i * 1000 + 999) + ") i");
                proxy.reset();
            }
            await().atMost(PATIENCE).until(() -> seen.size() == 10_000);
            assertThat(seen.all()).isSorted().doesNotHaveDuplicates();
            streams.stop();
        }
    }
}
