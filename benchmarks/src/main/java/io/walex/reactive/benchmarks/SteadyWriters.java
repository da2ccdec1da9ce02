package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.server.BenchmarkServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Commits transactions of one row at a pace until it is closed. */
final class SteadyWriters implements AutoCloseable {

    static final String TABLE_NAME = "live";
    static final String TABLE =
            "CREATE TABLE " + TABLE_NAME + " (id bigserial PRIMARY KEY, customer int, quantity int, note text)";

    private static final int CONNECTIONS = 4;

    private final ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
    private final List<CompletableFuture<Void>> writing = new ArrayList<>();
    private final AtomicLong committed = new AtomicLong();
    private final long start = System.nanoTime();
    private volatile boolean closed;

    SteadyWriters(BenchmarkServer server, String database, int perSecond) {
        long interval = Duration.ofSeconds(CONNECTIONS).toNanos() / perSecond;
        for (int i = 0; i < CONNECTIONS; i++) {
            writing.add(CompletableFuture.runAsync(() -> write(server, database, interval), threads));
        }
    }

    /** What it has come to so far; less than was asked for where the machine cannot. */
    double perSecond() {
        return committed.get() * 1e9 / (System.nanoTime() - start);
    }

    private void write(BenchmarkServer server, String database, long interval) {
        try (Connection connection = server.connect(database);
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO " + TABLE_NAME + " (customer, quantity, note) VALUES (1, 2, 'note')")) {
            // The walsender sends only what was flushed, which would be the WAL writer's decision.
            connection.createStatement().execute("SET synchronous_commit = on");
            long next = System.nanoTime();
            while (!closed) {
                insert.execute();
                committed.incrementAndGet();
                next += interval;
                while (System.nanoTime() < next) {
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("A writer failed", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdown();
        writing.forEach(CompletableFuture::join);
    }
}
