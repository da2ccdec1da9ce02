package io.walex.reactive.examples.quickstart;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** People sign up, plan, change their mind and leave: a transaction every tenth of a second while somebody streams. */
final class DemoWorkload implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DemoWorkload.class);

    private static final long PACE_MILLIS = 100;

    private static final List<String> NAMES = List.of("Ada", "Edgar", "Grace", "Jim", "Margaret", "Michael");

    /** One transaction each; %1$s is the name of the person whose turn it is, %2$d the last of those who were there before and stay. */
    private static final List<String> TRANSACTIONS = List.of("""
            INSERT INTO "user" (name, email) VALUES ('%1$s', lower('%1$s') || '@example.com')
            """, """
            INSERT INTO todo (user_id, description, tags)
            SELECT max(id), task, ARRAY['home'] FROM "user", unnest(ARRAY['Buy milk', 'Water plants', 'Call Bob']) AS task
            GROUP BY task;
            UPDATE "user" SET name = name || ' the Busy' WHERE id = (SELECT max(id) FROM "user")
            """, """
            UPDATE "user" SET email = lower('%1$s') || '@example.org' WHERE id = (SELECT max(id) FROM "user")
            """, """
            UPDATE todo SET done = true, tags = array_append(tags, 'urgent') WHERE id = (SELECT max(id) FROM todo)
            """, """
            DELETE FROM todo WHERE id = (SELECT max(id) FROM todo WHERE done)
            """, """
            DELETE FROM "user" WHERE id <= (SELECT max(id) - 3 FROM "user") AND id > %2$d
            """);

    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "workload"));
    private final DemoDatabase database;
    private final BooleanSupplier mayChange;
    private int turn;

    private DemoWorkload(DemoDatabase database, BooleanSupplier mayChange) {
        this.database = database;
        this.mayChange = mayChange;
    }

    /**
     * @param mayChange whether rows that were there before have been read, so that changes come after them
     */
    static DemoWorkload start(DemoDatabase database, BooleanSupplier mayChange) {
        DemoWorkload workload = new DemoWorkload(database, mayChange);
        workload.executor.scheduleWithFixedDelay(workload::run, 0, PACE_MILLIS, TimeUnit.MILLISECONDS);
        return workload;
    }

    private void run() {
        if (!mayChange.getAsBoolean()) {
            return;
        }
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            if (somebodyStreams(statement)) {
                connection.setAutoCommit(false);
                statement.execute(next());
                connection.commit();
            }
        } catch (SQLException e) {
            log.warn("A transaction of the workload failed: {}", e.getMessage());
        }
    }

    private static boolean somebodyStreams(Statement statement) throws SQLException {
        try (ResultSet active = statement.executeQuery("SELECT 1 FROM pg_replication_slots WHERE active")) {
            return active.next();
        }
    }

    private String next() {
        String name = NAMES.get(turn / TRANSACTIONS.size() % NAMES.size());
        return TRANSACTIONS.get(turn++ % TRANSACTIONS.size()).formatted(name, DemoDatabase.USERS);
    }

    /** Returns when no transaction runs any more. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(2, TimeUnit.SECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
