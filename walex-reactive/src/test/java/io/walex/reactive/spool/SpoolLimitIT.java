package io.walex.reactive.spool;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.testsupport.Seen;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What a spool confirms while its consumer stalls, and what it does at its limit. */
class SpoolLimitIT extends SpooledStreams {

    /** What a spool of 1 MiB may take, with the store's own log. */
    private static final long LIMIT_AND_LOG = (1 << 20) + (16 << 20);

    private static final String THIRTY =
            IntStream.rangeClosed(1, 30).mapToObj(String::valueOf).collect(Collectors.joining(","));

    @Test
    void confirmsWhatIsOnDiskWhileTheConsumerStalls() {
        List<Event> seen = new CopyOnWriteArrayList<>();
        Stalled<Event> stalled = new Stalled<>(seen);
        spooled().changes().subscribe(stalled);
        streams.add(stalled);
        postgres.awaitSlotActive("walex");
        postgres.execute("INSERT INTO todo SELECT i, repeat('x', 1000) FROM generate_series(1, 5000) i");

        streams.awaitConfirmed(postgres.currentLsn());
        assertThat(seen).isEmpty();

        stalled.request(Long.MAX_VALUE);
        await().atMost(PATIENCE).until(() -> seen.size() == 5000);
        assertThat(seen).extracting(Event::position).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void pausesAtItsLimitAndReclaimsWhatWasConsumed() {
        long limit = 4 << 20;
        long slack = 16 << 20;
        List<Event> seen = new CopyOnWriteArrayList<>();
        Stalled<Event> stalled = new Stalled<>(seen);
        spooled(DiskSpool.in(directory).maxBytes(limit)).changes().subscribe(stalled);
        streams.add(stalled);
        postgres.awaitSlotActive("walex");
        Lsn before = postgres.currentLsn();
        // 40 MB that do not compress.
        for (int i = 0; i < 40; i++) {
            postgres.execute("INSERT INTO keyed SELECT " + i
                    + " * 10 + i, (SELECT string_agg(md5(random()::text || i || n), '') FROM generate_series(1, 3200) n)"
                    + " FROM generate_series(1, 10) i");
        }
        Lsn written = postgres.currentLsn();

        await().atMost(PATIENCE).until(() -> streams.confirmed().isAfter(before) && size(directory) > limit / 2);
        await().during(Duration.ofMillis(500)).atMost(PATIENCE).until(() -> size(directory) < limit + slack);
        assertThat(streams.confirmed().compareTo(written)).isNegative();

        stalled.request(Long.MAX_VALUE);
        await().atMost(PATIENCE).until(() -> {
            assertThat(size(directory)).isLessThan(limit + slack);
            return seen.size() == 400;
        });
        assertThat(seen)
                .extracting(event -> event.newRecord().get("id", Integer.class))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 400).boxed().toList());
        streams.awaitConfirmed(written);
        stalled.dispose();
        postgres.awaitSlotInactive("walex");
    }

    @Test
    void aTransactionLargerThanTheSpoolPassesThroughAndIsConfirmedWhenItIsAcknowledged() {
        DiskSpool small = DiskSpool.in(directory).maxBytes(1 << 20);
        postgres.execute("INSERT INTO keyed VALUES (0)");
        insertThreeMegabytes();
        Lsn large = postgres.currentLsn();
        postgres.execute("INSERT INTO keyed VALUES (31)", "INSERT INTO keyed VALUES (32)");

        List<Transaction> unacknowledged = new CopyOnWriteArrayList<>();
        Seen<String> seen = streams.start(spooled(small)
                .transactions()
                .concatMap(
                        transaction -> ids(transaction).doOnNext(ids -> {
                            assertThat(size(directory)).isLessThan(LIMIT_AND_LOG);
                            unacknowledged.add(transaction);
                        }),
                        0));
        seen.await("0", THIRTY, "31", "32");

        unacknowledged.get(0).acknowledge();
        await().during(Duration.ofMillis(300))
                .atMost(PATIENCE)
                .until(() -> streams.confirmed().compareTo(large) < 0);
        streams.stop();
        postgres.awaitSlotInactive("walex");

        Seen<String> again = streams.start(spooled(small)
                .transactions()
                .concatMap(transaction -> ids(transaction).doOnNext(ids -> transaction.acknowledge()), 0));
        again.await(THIRTY, "31", "32");
        streams.awaitConfirmed(postgres.currentLsn());
        streams.stop();
        postgres.awaitSlotInactive("walex");

        postgres.execute("INSERT INTO keyed VALUES (33)");
        assertThat(spooled(small)
                        .transactions()
                        .concatMap(SpooledStreams::ids, 0)
                        .blockFirst(PATIENCE))
                .isEqualTo("33");
    }

    @Test
    void largeTransactionsPassThroughWhileTheConsumerWantsSeveralBeforeItAcknowledges() {
        for (int i = 0; i < 3; i++) {
            insertThreeMegabytes();
            postgres.execute("DELETE FROM keyed");
        }

        Lsn last = spooled(DiskSpool.in(directory).maxBytes(1 << 20))
                .transactions()
                .concatMap(transaction -> transaction.events().then(Mono.just(transaction)), 0)
                .buffer(6)
                .doOnNext(all -> all.forEach(Transaction::acknowledge))
                .delayUntil(all -> Mono.fromRunnable(
                                () -> streams.awaitConfirmed(all.get(5).endLsn()))
                        .subscribeOn(Schedulers.boundedElastic()))
                .blockFirst(PATIENCE)
                .get(5)
                .endLsn();

        assertThat(streams.confirmed()).isGreaterThanOrEqualTo(last);
    }

    private void insertThreeMegabytes() {
        postgres.execute(
                "INSERT INTO keyed SELECT i, (SELECT string_agg(md5(random()::text || i || n), '') FROM generate_series(1, 3200) n) FROM generate_series(1, 30) i");
    }
}
