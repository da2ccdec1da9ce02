package io.walex.reactive.guarantees.snapshots;

import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Threads that change rows in every way, until they are stopped, and go on after every failure. */
final class SnapshotWriters {

    /** What one of them does: rows of any table, or something rare. */
    @FunctionalInterface
    interface Writing {
        void write(Connection connection, Random random) throws SQLException;
    }

    private final TestDatabase database;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong committed = new AtomicLong();
    private volatile boolean stopped;

    SnapshotWriters(TestDatabase database) {
        this.database = database;
    }

    /** Has a connection of its own write again and again. */
    SnapshotWriters add(long seed, int pauseMillis, Writing writing) {
        String name = "writer-" + threads.size();
        Random random = new Random(seed * 31 + threads.size());
        threads.add(new Thread(() -> writeUntilStopped(random, pauseMillis, writing), name));
        return this;
    }

    void start() {
        threads.forEach(Thread::start);
    }

    long committed() {
        return committed.get();
    }

    /** Idempotent. */
    void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        rollBackPrepared();
    }

    private void rollBackPrepared() {
        database.query("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()", row -> row.getString(1))
                .forEach(gid -> database.execute("ROLLBACK PREPARED '" + gid + "'"));
    }

    private void writeUntilStopped(Random random, int pauseMillis, Writing writing) {
        while (!stopped) {
            try (Connection connection = database.jdbc()) {
                execute(connection, "SET deadlock_timeout = '20ms'");
                connection.setAutoCommit(false);
                while (!stopped) {
                    writeOnce(connection, random, writing);
                    pause(random.nextInt(pauseMillis + 1));
                }
            } catch (SQLException | IllegalStateException e) {
                // The server is away. Whether the last transaction was committed, its WAL will tell.
                pause(100);
            }
        }
    }

    private void writeOnce(Connection connection, Random random, Writing writing) throws SQLException {
        try {
            writing.write(connection, random);
            connection.commit();
            committed.incrementAndGet();
        } catch (SQLException e) {
            if (connection.isClosed()) {
                throw e;
            }
            // A key that is there, a deadlock, a column that is gone.
            connection.rollback();
            connection.setAutoCommit(false);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** In a subtransaction; what fails does not end the transaction, and some of it is undone. */
    static void attempt(Connection connection, Random random, String... statements) throws SQLException {
        Savepoint savepoint = connection.setSavepoint();
        try {
            for (String sql : statements) {
                execute(connection, sql);
            }
            if (random.nextInt(8) == 0) {
                connection.rollback(savepoint);
            }
        } catch (SQLException e) {
            connection.rollback(savepoint);
        }
    }

    private static void pause(int millis) {
        if (millis > 0) {
            LockSupport.parkNanos(millis * 1_000_000L);
        }
    }
}
