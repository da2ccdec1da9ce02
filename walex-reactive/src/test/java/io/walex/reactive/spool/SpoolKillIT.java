package io.walex.reactive.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.testsupport.ForkedJvm;
import io.walex.reactive.testsupport.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process with a spool, killed with SIGKILL at random moments. Some transactions are larger than the spool and pass
 * through.
 */
class SpoolKillIT {

    private static final int KILLS = 20;

    /** So many rows are larger than the spool's 1 MiB. */
    private static final int LARGE = 3000;

    private static final int LARGE_EVERY = 25;

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @TempDir
    Path directory;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void neitherLosesNorDoublesATransaction() throws Exception {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, body text)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
        Path output = directory.resolve("output");
        AtomicBoolean writing = new AtomicBoolean(true);
        CompletableFuture<List<String>> written = CompletableFuture.supplyAsync(() -> write(writing));

        int kills = 0;
        while (kills < KILLS) {
            int before = lines(output).size();
            Process process = start(output);
            await().atMost(Duration.ofMinutes(1)).until(() -> lines(output).size() > before);
            Thread.sleep(random.nextInt(400));
            process.destroyForcibly().waitFor();
            kills++;
            postgres.awaitSlotInactive("walex");
        }
        writing.set(false);
        List<String> expected = written.join();

        Process last = start(output);
        try {
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> lines(output).stream()
                            .anyMatch(line -> line.endsWith(" " + expected.get(expected.size() - 1))));
        } finally {
            last.destroyForcibly().waitFor();
        }
        List<String> delivered = delivered(output);
        int same = 0;
        while (same < delivered.size()
                && same < expected.size()
                && delivered.get(same).equals(expected.get(same))) {
            same++;
        }
        assertThat(delivered.subList(same, delivered.size()))
                .as("seed %d, surplus", seed)
                .isEmpty();
        assertThat(expected.subList(same, expected.size()))
                .as("seed %d, lost", seed)
                .isEmpty();
    }

    private Process start(Path output) {
        return ForkedJvm.start(
                // What is killed leaves the store's native library behind, here until the test ends.
                List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Djava.io.tmpdir=" + directory),
                SpooledConsumer.class,
                postgres.url(),
                directory.resolve("spool").toString(),
                output.toString());
    }

    /** Returns each transaction's ids in commit order. */
    private List<String> write(AtomicBoolean writing) {
        List<String> transactions = new ArrayList<>();
        try (Connection connection = postgres.jdbc();
                Statement statement = connection.createStatement()) {
            int next = 1;
            while (writing.get() || transactions.size() < 100) {
                int rows = transactions.size() % LARGE_EVERY == LARGE_EVERY - 1 ? LARGE : 1 + random.nextInt(5);
                int last = next + rows - 1;
                statement.execute("INSERT INTO todo SELECT i, repeat('x', 500) FROM generate_series(%d, %d) i"
                        .formatted(next, last));
                transactions.add(next + "-" + last);
                next = last + 1;
                Thread.sleep(random.nextInt(25));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return transactions;
    }

    /**
     * What came, in order. The one transaction that a process was handling when it was killed, or whose acknowledgement it
     * was giving, may come again, as the next process's first; no other, since the next is handed out only when the
     * acknowledgement of the one before is recorded.
     */
    private static List<String> delivered(Path output) throws IOException {
        List<String> delivered = new ArrayList<>();
        String process = "";
        for (String line : lines(output)) {
            String[] parts = line.split(" ", 3);
            boolean first = !parts[0].equals(process);
            process = parts[0];
            boolean again = first && !delivered.isEmpty() && parts[2].equals(delivered.get(delivered.size() - 1));
            if (!again) {
                delivered.add(parts[2]);
            }
        }
        return delivered;
    }

    private static List<String> lines(Path output) throws IOException {
        return Files.exists(output) ? Files.readAllLines(output) : List.of();
    }
}
