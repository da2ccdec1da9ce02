package io.walex.reactive.chaos;

import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Threads that commit transactions of random size, and go on after every failure. */
final class Writers {

    private final TestDatabase database;
    private final List<Thread> threads = new ArrayList<>();
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
    }

    private void writeUntilStopped(int writer, Random random) {
        int next = 0;
        while (!stopped) {
            try (Connection connection = database.jdbc()) {
                connection.setAutoCommit(false);
                while (!stopped) {
                    next = writeTransaction(connection, writer, next, random);
                }
            } catch (SQLException | IllegalStateException e) {
                // The server is away. Whether the last transaction was committed, its WAL will tell.
                pause(100);
            }
        }
    }

    private static int writeTransaction(Connection connection, int writer, int first, Random random)
            throws SQLException {
        int size = random.nextInt(20) == 0 ? 300 : 1 + random.nextInt(20);
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO ledger VALUES (?, ?, ?)")) {
            for (int seq = first; seq < first + size; seq++) {
                insert.setInt(1, writer);
                insert.setInt(2, seq);
                insert.setString(3, "x".repeat(random.nextInt(200)));
                insert.addBatch();
            }
            insert.executeBatch();
        }
        if (random.nextInt(10) == 0) {
            connection.rollback();
        } else {
            connection.commit();
        }
        pause(random.nextInt(80));
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
