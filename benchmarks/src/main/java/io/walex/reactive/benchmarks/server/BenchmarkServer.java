package io.walex.reactive.benchmarks.server;

import io.walex.reactive.benchmarks.Target;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** PostgreSQL from embedded binaries, set so that nothing but the work at hand takes its time. */
public final class BenchmarkServer implements AutoCloseable {

    private static final String USER = "postgres";
    private static final String PUBLICATION = "benchmark";
    private static final Map<String, String> SETTINGS = Map.of(
            "wal_level", "logical",
            "fsync", "off",
            "synchronous_commit", "off",
            "autovacuum", "off",
            "checkpoint_timeout", "1d",
            "max_wal_size", "64GB",
            "shared_buffers", "512MB",
            "max_wal_senders", "50",
            "max_replication_slots", "200",
            "max_locks_per_transaction", "1000");

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final EmbeddedPostgres postgres;
    private final AtomicInteger clones = new AtomicInteger();

    private BenchmarkServer(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    public static BenchmarkServer start() {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder();
        SETTINGS.forEach(builder::setServerConfig);
        try {
            return new BenchmarkServer(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start PostgreSQL", e);
        }
    }

    /** Writes the workload's WAL, behind a slot of its name. */
    public Target preload(Workload workload) {
        Target target = prepare(workload);
        execute(target.database(), workload.load());
        String end = query(target.database(), "SELECT pg_current_wal_insert_lsn()");
        // Something must come behind the end, or a reader that stops there would read on through other databases' WAL.
        execute(target.database(), List.of("CREATE TABLE behind (id int)", "INSERT INTO behind VALUES (1)"));
        return target.until(String.valueOf(end));
    }

    /** Makes the workload's database, tables, publication and slot. */
    public Target prepare(Workload workload) {
        Target target = make(workload);
        execute(
                target.database(),
                List.of("SELECT pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(target.slot())));
        return target;
    }

    /** Makes the workload's database, tables and rows, with no slot. */
    public Target fill(Workload workload) {
        Target target = make(workload);
        execute(target.database(), workload.load());
        execute(target.database(), List.of("VACUUM (FREEZE, ANALYZE)", "CHECKPOINT"));
        return target;
    }

    private Target make(Workload workload) {
        String database = "b_" + workload.name().toLowerCase(Locale.ROOT).replaceAll("\\W", "_");
        execute(USER, List.of("CREATE DATABASE " + database));
        execute(database, workload.schema());
        execute(database, List.of("CREATE PUBLICATION " + PUBLICATION + " FOR ALL TABLES"));
        return new Target(
                "127.0.0.1",
                postgres.getPort(),
                USER,
                database,
                PUBLICATION,
                database,
                workload.tables(),
                workload.sent(),
                workload.wanted(),
                "0/0");
    }

    /** The target on a copy of its slot, which stands where the original stands. */
    public Target cloneSlot(Target target) {
        String clone = target.slot() + "_" + clones.incrementAndGet();
        execute(
                target.database(),
                List.of("SELECT pg_copy_logical_replication_slot('%s', '%s')".formatted(target.slot(), clone)));
        return target.onSlot(clone);
    }

    /** The target on a slot that stands where the WAL ends now. */
    public Target newSlot(Target target) {
        String slot = target.slot() + "_" + clones.incrementAndGet();
        execute(
                target.database(),
                List.of("SELECT pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(slot)));
        return target.onSlot(slot);
    }

    /** Drops a slot as soon as its walsender has let go of it. */
    public void dropSlot(Target target) {
        execute(
                target.database(),
                List.of(
                        "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE slot_name = '%s' AND active"
                                .formatted(target.slot()),
                        "SELECT pg_drop_replication_slot('%s')".formatted(target.slot())));
    }

    /** The walsender that serves the slot; 0 when none does. */
    public long walsender(Target target) {
        String pid = query(
                target.database(),
                "SELECT active_pid FROM pg_replication_slots WHERE slot_name = '" + target.slot() + "'");
        return pid == null ? 0 : Long.parseLong(pid);
    }

    /** Waits until a walsender serves the slot. */
    public void awaitWalsender(Target target) {
        long start = System.nanoTime();
        while (walsender(target) == 0) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new IllegalStateException("Nobody began to read slot " + target.slot());
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    /** The size of its first table. */
    public long megabytes(Target target) {
        String size = query(
                target.database(), "SELECT pg_table_size('" + target.tables().get(0) + "') / 1024 / 1024");
        return size == null ? 0 : Long.parseLong(size);
    }

    public int port() {
        return postgres.getPort();
    }

    public String version() {
        return String.valueOf(query(USER, "SHOW server_version"));
    }

    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/%s".formatted(postgres.getPort(), database), USER, "");
    }

    public void execute(String database, List<String> statements) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot prepare " + database + ": " + e.getMessage(), e);
        }
    }

    private @Nullable String query(String database, String sql) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot query " + database + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
