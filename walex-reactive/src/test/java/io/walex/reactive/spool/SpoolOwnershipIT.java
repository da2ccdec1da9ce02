package io.walex.reactive.spool;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.event.Event;
import io.walex.reactive.pgoutput.Lsn;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/** To whom a spool belongs, and what it asks where that is not clear. */
class SpoolOwnershipIT extends SpooledStreams {

    @Test
    void spoolsInOneDirectoryDoNotTouchEachOther() {
        List<Event> stalledSees = new CopyOnWriteArrayList<>();
        Stalled<Event> stalled = new Stalled<>(stalledSees);
        DiskSpool spool = DiskSpool.in(directory).maxBytes(1 << 20);
        spooled(spool).changes().subscribe(stalled);
        streams.add(stalled);
        List<String> seen = new CopyOnWriteArrayList<>();
        Disposable other = streams.create(config().name("other")
                        .slot(SlotSpec.durable("plain"))
                        .middleware(spool)
                        .build())
                .transactions()
                .concatMap(transaction -> ids(transaction).doOnNext(id -> {
                    seen.add(id);
                    transaction.acknowledge();
                }))
                .subscribe();
        List<String> expected =
                IntStream.rangeClosed(1, 60).mapToObj(String::valueOf).toList();
        expected.forEach(id -> postgres.execute("INSERT INTO keyed SELECT " + id
                + ", string_agg(md5(random()::text || n), '') FROM generate_series(1, 3200) n"));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).isEqualTo(expected));
        Lsn written = postgres.currentLsn();
        await().atMost(PATIENCE)
                .until(() ->
                        postgres.slot("plain").orElseThrow().confirmedFlushLsn().compareTo(written) >= 0);
        assertThat(streams.confirmed()).isLessThan(written);
        assertThat(stalledSees).isEmpty();

        stalled.request(Long.MAX_VALUE);
        await().atMost(PATIENCE).until(() -> stalledSees.size() == 60);
        other.dispose();
        postgres.awaitSlotInactive("plain");
    }

    @Test
    void belongsToOneSlotAndOneSubscription() {
        WalEx walex = spooled();
        streams.start(walex.changes());
        postgres.awaitSlotActive("walex");

        assertThatThrownBy(() -> walex.changes().blockFirst(PATIENCE))
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining("is in use; give each instance its own name");
        streams.stop();
        postgres.awaitSlotInactive("walex");
        assertThatThrownBy(() -> streams.create(config().slot(SlotSpec.durable("plain"))
                                .middleware(DiskSpool.in(directory))
                                .build())
                        .changes()
                        .blockFirst(PATIENCE))
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining("/walex, not to " + postgres.name() + "/plain; use another directory");
        assertThatThrownBy(() -> streams.create(config().slot(SlotSpec.temporary())
                                .middleware(DiskSpool.in(directory))
                                .build())
                        .changes()
                        .blockFirst(PATIENCE))
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining("use SlotSpec.durable(name)");
    }

    @Test
    void asksWhatToDoWhereTheSlotOfWhatItKeepsIsGone() {
        postgres.execute("INSERT INTO keyed VALUES (1)");
        readOne("1");
        postgres.execute("SELECT pg_drop_replication_slot('walex')", "INSERT INTO keyed VALUES (2)");

        assertThatThrownBy(() -> spooled().changes().blockFirst(PATIENCE))
                .isInstanceOf(SpoolException.class)
                .hasMessageContainingAll("\"walex\"", "does not exist", directory.toString(), "WalEx.setup(config)");
        assertThat(postgres.slot("walex")).isEmpty();

        WalEx.setup(config().build()).block(PATIENCE);
        postgres.execute("INSERT INTO keyed VALUES (3)");
        readOne("3");
    }

    private void readOne(String id) {
        assertThat(spooled()
                        .transactions()
                        .concatMap(transaction -> ids(transaction).doOnNext(ids -> transaction.acknowledge()), 0)
                        .blockFirst(PATIENCE))
                .isEqualTo(id);
        postgres.awaitSlotInactive("walex");
    }
}
