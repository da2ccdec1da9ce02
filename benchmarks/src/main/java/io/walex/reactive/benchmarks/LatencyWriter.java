package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.server.BenchmarkServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Commits transactions at a pace.
 *
 * @param transactions how many
 * @param rows in each
 * @param interval from one to the next
 */
record LatencyWriter(int transactions, int rows, Duration interval) {

    int total() {
        return transactions * rows;
    }

    void write(BenchmarkServer server, Target target) throws SQLException {
        try (Connection connection = server.connect(target.database());
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO narrow (customer, quantity, note) SELECT i, i, 'note' FROM generate_series(1, "
                                + rows + ") i")) {
            // The walsender sends only what was flushed, which would be the WAL writer's decision.
            connection.createStatement().execute("SET synchronous_commit = on");
            long next = System.nanoTime();
            for (int i = 0; i < transactions; i++) {
                insert.execute();
                next += interval.toNanos();
                while (System.nanoTime() < next) {
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            }
        }
    }
}
