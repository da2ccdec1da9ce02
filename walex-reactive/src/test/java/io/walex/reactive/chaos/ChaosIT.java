package io.walex.reactive.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.SlotSpec;
import io.walex.reactive.WalEx;
import io.walex.reactive.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Position;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TcpProxy;
import io.walex.reactive.testsupport.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Writers commit, consumers stall and hurry on several threads, and everything between breaks at random. At the end, what
 * each consumer received is what was committed, in commit order, each event once.
 *
 * <p>{@code -Dwalex.chaos.seconds=600} makes it last longer, {@code -Dwalex.chaos.seed=...} makes it another one.
 */
class ChaosIT {

    private static final Logger LOG = LoggerFactory.getLogger(ChaosIT.class);
    private static final int SECONDS = Integer.getInteger("walex.chaos.seconds", 45);
    private static final long SEED = Long.getLong("walex.chaos.seed", 20_261_121L);
    private static final String MARKER = "9:0";

    private final List<String> changes = Collections.synchronizedList(new ArrayList<>());
    private final List<String> transactions = Collections.synchronizedList(new ArrayList<>());
    private final List<Position> positions = Collections.synchronizedList(new ArrayList<>());

    @Test
    void deliversWhatWasCommittedInOrderAndOnce() {
        LOG.info("Seed {}, {} s", SEED, SECONDS);
        try (EmbeddedServer server = PostgresServer.start(
                        PostgresServer.DEFAULT_MAJOR, Map.of("wal_sender_timeout", "3s", "max_wal_size", "1GB"));
                TcpProxy proxy = TcpProxy.to(server)) {
            TestDatabase database = server.createDatabase();
            database.execute(
                    "CREATE TABLE ledger (writer int, seq int, filler text)",
                    "CREATE PUBLICATION events FOR TABLE ledger",
                    "SELECT pg_create_logical_replication_slot('truth', 'pgoutput')",
                    "SELECT pg_create_logical_replication_slot('by_event', 'pgoutput')",
                    "SELECT pg_create_logical_replication_slot('by_transaction', 'pgoutput')");
            Disposable.Composite consumers = reactor.core.Disposables.composite();
            consumers.add(byEvent(config(database, proxy, "by_event")).subscribe());
            consumers.add(
                    byTransaction(config(database, proxy, "by_transaction")).subscribe());
            // Until a stream has run once, a server that does not answer is a wrong address.
            database.awaitSlotActive("by_event");
            database.awaitSlotActive("by_transaction");
            Writers writers = new Writers(database, 2, SEED);
            try {
                writers.start();
                new Breaker(server, database, proxy, new Random(SEED)).run(Duration.ofSeconds(SECONDS));
                writers.stop();
                database.execute("INSERT INTO ledger VALUES (9, 0, '')");

                await().atMost(Duration.ofSeconds(90))
                        .until(() -> changes.contains(MARKER) && transactions.contains(MARKER));
            } finally {
                writers.stop();
                consumers.dispose();
            }
            List<String> committed = Truth.read(database, "truth");
            LOG.info("{} rows were committed", committed.size());

            assertThat(committed).hasSizeGreaterThan(SECONDS * 20);
            assertSame(changes, committed);
            assertSame(transactions, committed);
            assertThat(positions).isSorted().doesNotHaveDuplicates();
        }
    }

    private static void assertSame(List<String> received, List<String> committed) {
        int first = 0;
        while (first < Math.min(received.size(), committed.size())
                && received.get(first).equals(committed.get(first))) {
            first++;
        }
        assertThat(received.subList(first, Math.min(received.size(), first + 20)))
                .as("after %d of %d equal rows", first, committed.size())
                .isEqualTo(committed.subList(first, Math.min(committed.size(), first + 20)));
    }

    private static WalExConfig config(TestDatabase database, TcpProxy proxy, String slot) {
        return WalExConfig.fromUrl(database.url())
                .host(proxy.host())
                .port(proxy.port())
                .name(slot)
                .publication("events")
                .slot(SlotSpec.durable(slot))
                .connectTimeout(Duration.ofSeconds(2))
                .statusInterval(Duration.ofMillis(200))
                .livenessTimeout(Duration.ofSeconds(1))
                .maxUnacknowledged(200)
                .retry(Retry.backoff(Long.MAX_VALUE, Duration.ofMillis(20))
                        .maxBackoff(Duration.ofMillis(500))
                        .transientErrors(true))
                .build();
    }

    /** Demand comes from other threads, in portions. */
    private Flux<?> byEvent(WalExConfig config) {
        return WalEx.changes(config)
                .publishOn(Schedulers.parallel(), 256)
                .doOnNext(event -> positions.add(event.position()))
                .doOnNext(event -> changes.add(row(event)))
                .concatMap(ChaosIT::sometimesStalled, 16);
    }

    /** Not for too long: a server that shuts down waits for its consumers. */
    private static Mono<Event> sometimesStalled(Event event) {
        int seq = (int) event.newRecord().get("seq");
        return seq % 1000 == 0 ? Mono.just(event).delayElement(Duration.ofMillis(seq % 700)) : Mono.just(event);
    }

    /** Acknowledged late, on other threads, out of order. */
    private Flux<?> byTransaction(WalExConfig config) {
        return WalEx.transactions(config).concatMap(this::received, 0).flatMap(ChaosIT::acknowledgedLate, 100);
    }

    private Mono<Transaction> received(Transaction transaction) {
        return transaction
                .events()
                .doOnNext(event -> transactions.add(row(event)))
                .then(Mono.just(transaction));
    }

    private static Mono<Void> acknowledgedLate(Transaction transaction) {
        return Mono.delay(Duration.ofMillis(transaction.xid() % 50))
                .publishOn(Schedulers.parallel())
                .then(Mono.fromRunnable(transaction::acknowledge));
    }

    private static String row(Event event) {
        return event.newRecord().get("writer") + ":" + event.newRecord().get("seq");
    }
}
