package io.walex.reactive.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.spool.DiskSpool;
import io.walex.reactive.testsupport.Certificates;
import io.walex.reactive.testsupport.Certificates.Pem;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TcpProxy;
import io.walex.reactive.testsupport.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writers commit, in one phase and in two; consumers of every kind stall and hurry, end and start again; and everything
 * between breaks at random. At the end, what each consumer received is what was committed, in commit order, each event
 * once; and no subscription has received an event twice, or failed but for a server that was away when it began.
 *
 * <p>{@code -Dwalex.chaos.seconds=600} makes it last longer, {@code -Dwalex.chaos.seed=...} makes it another one.
 */
class ChaosIT {

    private static final Logger LOG = LoggerFactory.getLogger(ChaosIT.class);
    private static final int SECONDS = Integer.getInteger("walex.chaos.seconds", 25);
    private static final long SEED = Long.getLong("walex.chaos.seed", 20_261_121L);
    private static final String MARKER = "9:0";

    @TempDir
    Path directory;

    @Test
    void deliversWhatWasCommittedInOrderAndOnce() {
        LOG.info("Seed {}, {} s", SEED, SECONDS);
        Pem certificate = new Certificates(directory).selfSigned("server", "dns:localhost");
        Map<String, String> settings = Map.of(
                "wal_sender_timeout", "3s",
                "max_wal_size", "1GB",
                // Streams what is larger before it commits.
                "logical_decoding_work_mem", "64kB",
                "ssl", "on",
                "ssl_cert_file", certificate.certificate().toString(),
                "ssl_key_file", certificate.key().toString());
        try (EmbeddedServer server = PostgresServer.start(PostgresServer.DEFAULT_MAJOR, settings);
                TcpProxy proxy = TcpProxy.to(server)) {
            TestDatabase database = server.createDatabase();
            database.execute(
                    "CREATE TABLE ledger (writer int, seq int, filler text)",
                    "CREATE PUBLICATION events FOR TABLE ledger",
                    "SELECT pg_create_logical_replication_slot('truth', 'pgoutput')");
            Consumers consumers = new Consumers(database, proxy, SEED);
            consumers.createSlots();
            consumers.start(DiskSpool.in(directory));
            Writers writers = new Writers(database, 2, SEED);
            try {
                writers.start();
                new Breaker(server, database, proxy, writers, new Random(SEED)).run(Duration.ofSeconds(SECONDS));
                writers.stop();
                database.execute("INSERT INTO ledger VALUES (9, 0, '')");

                await().atMost(Duration.ofSeconds(90))
                        .failFast(() -> assertThat(consumers.failures()).isEmpty())
                        .until(() ->
                                consumers.received().values().stream().allMatch(received -> received.endsWith(MARKER)));
            } finally {
                writers.stop();
                consumers.stop();
            }
            List<String> committed = Truth.read(database, "truth");
            LOG.info("{} rows were committed", committed.size());

            assertThat(committed).hasSizeGreaterThan(SECONDS * 20);
            consumers.received().values().forEach(received -> {
                assertSame(received, committed);
                assertInOrderAndOnce(received);
            });
            consumers.subscriptions().forEach(ChaosIT::assertInOrderAndOnce);
            assertThat(consumers.failures()).isEmpty();
        }
    }

    private static void assertInOrderAndOnce(Received received) {
        assertThat(received.positions()).as(received.by()).isSorted().doesNotHaveDuplicates();
    }

    private static void assertSame(Received consumer, List<String> committed) {
        List<String> received = consumer.rows();
        int first = 0;
        while (first < Math.min(received.size(), committed.size())
                && received.get(first).equals(committed.get(first))) {
            first++;
        }
        assertThat(received.subList(first, Math.min(received.size(), first + 20)))
                .as("%s, after %d of %d equal rows", consumer.by(), first, committed.size())
                .isEqualTo(committed.subList(first, Math.min(committed.size(), first + 20)));
    }
}
