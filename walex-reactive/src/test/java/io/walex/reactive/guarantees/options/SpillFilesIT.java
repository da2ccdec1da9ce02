package io.walex.reactive.guarantees.options;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.util.retry.Retry;

/**
 * The temporary file of a streamed transaction is closed, and by that removed, on every way out. Its directory does not show
 * it: the file is unlinked when it is opened, so what counts is what the process has open.
 */
class SpillFilesIT {

    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @TempDir
    Path directory;

    private final AtomicInteger received = new AtomicInteger();
    private Connection writer;
    private Disposable subscription;

    @BeforeEach
    void createTable() throws SQLException {
        assumeThat(OPEN_FILES).isDirectory();
        postgres.execute(
                "ALTER DATABASE " + postgres.name() + " SET logical_decoding_work_mem = '64kB'",
                "CREATE TABLE todo (id int PRIMARY KEY, body text)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
        writer = postgres.jdbc();
        writer.setAutoCommit(false);
    }

    @AfterEach
    void stop() throws SQLException {
        if (writer != null) {
            writer.close();
        }
    }

    @Test
    void closedWhenTheTransactionWasDelivered() throws SQLException {
        subscribe(changes());
        writeUntilSpilled();

        writer.commit();
        postgres.execute("INSERT INTO todo VALUES (0, 'after')");

        await().atMost(PATIENCE).until(() -> received.get() == 1001);
        assertThat(openSpillFiles()).isEmpty();
    }

    @Test
    void closedWhenTheTransactionIsRolledBack() throws SQLException {
        subscribe(changes());
        writeUntilSpilled();

        writer.rollback();

        awaitNoneOpen();
    }

    @Test
    void closedWhenTheConsumerFails() throws SQLException {
        subscribe(changes().doOnNext(event -> {
            assertThat(openSpillFiles()).isNotEmpty();
            throw new IllegalStateException("the consumer fails");
        }));
        writeUntilSpilled();

        writer.commit();

        await().atMost(PATIENCE).until(subscription::isDisposed);
        awaitNoneOpen();
        assertThat(received).hasValue(0);
    }

    @Test
    void closedWhenTheStreamIsCancelled() throws SQLException {
        subscribe(changes());
        writeUntilSpilled();

        streams.stop();

        awaitNoneOpen();
    }

    @Test
    void closedWhenTheConsumerCancelsWithinTheTransaction() throws SQLException {
        subscribe(changes()
                .doOnNext(event -> assertThat(openSpillFiles()).isNotEmpty())
                .take(10));
        writeUntilSpilled();

        writer.commit();

        await().atMost(PATIENCE).until(() -> received.get() == 10);
        awaitNoneOpen();
    }

    @Test
    void closedWhenTheConnectionIsLost() throws SQLException {
        subscribe(changes());
        writeUntilSpilled();
        Set<String> before = openSpillFiles();

        postgres.terminateWalsenders("walex");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(openSpillFiles()).doesNotContainAnyElementsOf(before));
        writer.commit();
        await().atMost(PATIENCE).until(() -> received.get() == 1000);
        awaitNoneOpen();
    }

    @Test
    void closedWhenTheStreamFails() throws SQLException {
        subscribe(WalEx.changes(config().retry(Retry.max(0)).build()));
        writeUntilSpilled();

        postgres.terminateWalsenders("walex");

        await().atMost(PATIENCE).until(subscription::isDisposed);
        awaitNoneOpen();
    }

    private WalExConfig.Builder config() {
        return streams.config()
                .streaming(Streaming.ON)
                .spillDirectory(directory)
                .spillMemory(1024)
                .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(50)));
    }

    private Flux<Event> changes() {
        return WalEx.changes(config().build());
    }

    private void subscribe(Flux<Event> events) {
        subscription = streams.add(events.subscribe(event -> received.incrementAndGet(), error -> {}));
    }

    private void writeUntilSpilled() throws SQLException {
        try (Statement statement = writer.createStatement()) {
            statement.execute("INSERT INTO todo SELECT i, repeat('x', 1000) FROM generate_series(1, 1000) i");
        }
        // A walsender sends only flushed WAL.
        postgres.execute("SELECT pg_logical_emit_message(true, 'flush', '')");
        await().atMost(PATIENCE).until(() -> !openSpillFiles().isEmpty());
    }

    private void awaitNoneOpen() {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(openSpillFiles()).isEmpty());
    }

    private Set<String> openSpillFiles() {
        try (Stream<Path> open = Files.list(OPEN_FILES)) {
            return open.map(SpillFilesIT::target)
                    .filter(target -> target.startsWith(directory.toString()))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a descriptor stands for; empty when it was closed meanwhile. */
    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
