package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.benchmarks.Target;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** A table by the JDBC driver: by a cursor, or as COPY sends it. */
record PgJdbcTableReader(boolean copies) implements Reader {

    private static final int FETCHED_AT_ONCE = 10_000;

    /** Where read values go, so that nobody can say they were not wanted. */
    @SuppressWarnings("UnusedVariable")
    private static int sink;

    @Override
    public void read(Target target, Meter meter) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                "jdbc:postgresql://%s:%d/%s".formatted(target.host(), target.port(), target.database()),
                target.username(),
                "")) {
            if (copies) {
                copy(connection, target.tables().get(0), meter);
            } else {
                select(connection, target.tables().get(0), meter);
            }
        }
    }

    private static void copy(Connection connection, String table, Meter meter) throws SQLException {
        CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY " + table + " TO STDOUT");
        for (byte[] row = copy.readFromCopy(); row != null; row = copy.readFromCopy()) {
            sink += row.length;
            meter.row();
        }
    }

    private static void select(Connection connection, String table, Meter meter) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCHED_AT_ONCE);
            ResultSet rows = statement.executeQuery("SELECT * FROM " + table);
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                for (int i = 1; i <= columns; i++) {
                    Object value = rows.getObject(i);
                    sink += value == null ? 0 : value.hashCode();
                }
                meter.row();
            }
        }
    }
}
