package io.walex.reactive.testsupport;

import io.walex.reactive.pgoutput.Lsn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.awaitility.Awaitility;

/** One database of a test server, worked on as superuser. Every call but {@link #jdbc} uses a connection of its own. */
public interface TestDatabase {

    PostgresServer server();

    String name();

    default String host() {
        return server().host();
    }

    default int port() {
        return server().port();
    }

    /** The superuser's URL, as the library takes it. */
    default String url() {
        return url(server().user(), server().password());
    }

    /** The same database's URL for another role; an empty password is left out. */
    default String url(String user, String password) {
        String credentials = password.isEmpty() ? user : user + ":" + password;
        return String.format(Locale.ROOT, "postgresql://%s@%s:%d/%s", credentials, host(), port(), name());
    }

    /** A new connection, which the caller closes. */
    default Connection jdbc() {
        return jdbc(server().user(), server().password());
    }

    /** A new connection as another role, which the caller closes. */
    default Connection jdbc(String user, String password) {
        try {
            return server().connect(name(), user, password);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot connect to " + url(user, "") + ": " + e.getMessage(), e);
        }
    }

    /** Runs the statements one by one, each in a transaction of its own. */
    default void execute(String... statements) {
        try (Connection connection = jdbc()) {
            executeAll(connection, statements);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** Runs the statements in one transaction. */
    default void executeInTransaction(String... statements) {
        try (Connection connection = jdbc()) {
            connection.setAutoCommit(false);
            executeAll(connection, statements);
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /**
     * Runs the statements in one transaction, as an apply worker runs what it got from that origin. A connection that is
     * closed keeps the origin for a moment, so it is given back.
     */
    default void executeReplicated(String origin, String originLsn, String... statements) {
        List<String> all = new ArrayList<>(List.of(
                "SELECT pg_replication_origin_session_setup('%s')".formatted(origin),
                "BEGIN",
                "SELECT pg_replication_origin_xact_setup('%s', now())".formatted(originLsn)));
        all.addAll(List.of(statements));
        all.add("COMMIT");
        all.add("SELECT pg_replication_origin_session_reset()");
        execute(all.toArray(String[]::new));
    }

    private static void executeAll(Connection connection, String... statements) {
        for (String sql : statements) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new IllegalStateException(e.getMessage() + "\nin: " + sql, e);
            }
        }
    }

    default <T> List<T> query(String sql, RowMapper<T> mapper) {
        try (Connection connection = jdbc();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<T> result = new ArrayList<>();
            while (rows.next()) {
                result.add(mapper.map(rows));
            }
            return result;
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage() + "\nin: " + sql, e);
        }
    }

    /** The first row, of which there must be one. */
    default <T> T queryOne(String sql, RowMapper<T> mapper) {
        return query(sql, mapper).stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No row from: " + sql));
    }

    /** The first row's first column as text. */
    default String queryText(String sql) {
        return queryOne(sql, row -> row.getString(1));
    }

    /** The end of the WAL that was written until now. */
    default Lsn currentLsn() {
        return Lsn.parse(queryText("SELECT pg_current_wal_lsn()"));
    }

    /** This database's replication slots. Other databases of the server have slots of their own. */
    default Slots slots() {
        return new Slots(this);
    }

    default Optional<SlotView> slot(String slotName) {
        return slots().find(slotName);
    }

    /** Waits until the slot is made and a walsender uses it. */
    default SlotView awaitSlotActive(String slotName) {
        return slots().awaitActive(slotName);
    }

    /** Waits until the slot exists and nobody uses it. */
    default SlotView awaitSlotInactive(String slotName) {
        return slots().awaitInactive(slotName);
    }

    /** Waits until this database has no slot at all. */
    default void awaitNoSlots() {
        slots().awaitNone();
    }

    /** Kills the slot's walsender as an administrator would; returns how many there were. */
    default int terminateWalsenders(String slotName) {
        return slots().terminateWalsenders(slotName);
    }

    /** Rolls back all transactions that are prepared in this database, which could not be dropped with them. */
    default void rollbackPrepared() {
        query("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()", row -> row.getString(1))
                .forEach(gid -> execute("ROLLBACK PREPARED '" + gid + "'"));
    }

    /** Drops the database with its slots and whoever is connected. */
    default void drop() {
        slots().dropAll();
        // The server waits five seconds for those whom it throws out.
        Awaitility.await("drop of " + name())
                .ignoreExceptions()
                .untilAsserted(
                        () -> server().maintenance().execute("DROP DATABASE IF EXISTS " + name() + " WITH (FORCE)"));
    }

    /** Reads the current row. */
    @FunctionalInterface
    interface RowMapper<T> {
        T map(ResultSet row) throws SQLException;
    }
}
