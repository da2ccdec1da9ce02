package io.walex.reactive.chaos;

import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Threads that commit transactions of random size, some of them in two phases, and go on after every failure. */
final class Writers {

    private final TestDatabase database;
    private final List<Thread> threads = new ArrayList<>();
    private final ReadWriteLock twoPhase = new ReentrantReadWriteLock();
    private volatile boolean stopped;

    Writers(TestDatabase database, int count, long seed) {
        this.database = database;
        for (int writer = 0; writer < count; writer++) {
            int number = writer;
            threads.add(new Thread(() -> writeUntilStopped(number, new Random(seed + number)), "writer-" + writer));
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    void stop() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        whileNothingIsPrepared(() -> {});
    }

    /**
     * Does something between two-phase transactions. A server that shuts down in order waits for the consumers to confirm
     * everything, which one that waits for a commit in the second phase cannot.
     */
    void whileNothingIsPrepared(Runnable action) {
        twoPhase.writeLock().lock();
        try (Connection connection = database.jdbc()) {
            rollBackPrepared(connection);
            action.run();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            twoPhase.writeLock().unlock();
        }
    }

    /** What a crash left. */
    private static void rollBackPrepared(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT gid FROM pg_prepared_xacts")) {
            while (rows.next()) {
                execute(connection, "ROLLBACK PREPARED '" + rows.getString(1) + "'");
            }
        }
    }

    private void writeUntilStopped(int writer, Random random) {
        int next = 0;
        while (!stopped) {
            try (Connection connection = database.jdbc()) {
                connection.setAutoCommit(false);
                while (!stopped) {
                    next = random.nextInt(8) == 0
                            ? writeInTwoPhases(connection, writer, next, random)
                            : writeTransaction(connection, writer, next, random);
                }
            } catch (SQLException | IllegalStateException e) {
                // The server is away. Whether the last transaction was committed, its WAL will tell.
                pause(100);
            }
        }
    }

    private static int writeTransaction(Connection connection, int writer, int first, Random random)
            throws SQLException {
        int next = insert(connection, writer, first, random);
        if (random.nextInt(10) == 0) {
            connection.rollback();
        } else {
            connection.commit();
        }
        pause(random.nextInt(80));
        return next;
    }

    /** Another transaction commits in between. */
    private int writeInTwoPhases(Connection connection, int writer, int first, Random random) throws SQLException {
        twoPhase.readLock().lock();
        try {
            return prepareAndEnd(connection, writer, first, random);
        } finally {
            twoPhase.readLock().unlock();
        }
    }

    private static int prepareAndEnd(Connection connection, int writer, int first, Random random) throws SQLException {
        String gid = UUID.randomUUID().toString();
        int prepared = insert(connection, writer, first, random);
        execute(connection, "PREPARE TRANSACTION '" + gid + "'");
        int next = writeTransaction(connection, writer, prepared, random);
        connection.setAutoCommit(true);
        execute(connection, (random.nextInt(4) == 0 ? "ROLLBACK" : "COMMIT") + " PREPARED '" + gid + "'");
        connection.setAutoCommit(false);
        return next;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int insert(Connection connection, int writer, int first, Random random) throws SQLException {
        int size = random.nextInt(20) == 0 ? 600 : 1 + random.nextInt(20);
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO ledger VALUES (?, ?, ?)")) {
            for (int seq = first; seq < first + size; seq++) {
                insert.setInt(1, writer);
                insert.setInt(2, seq);
                insert.setString(3, "x".repeat(random.nextInt(200)));
                insert.addBatch();
            }
            insert.executeBatch();
        }
        return first + size;
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
