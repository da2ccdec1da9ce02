package io.walex.reactive.guarantees.snapshots;

import io.walex.reactive.guarantees.snapshots.SnapshotWriters.Writing;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;

/** What changes a table as a whole. */
final class TableWriting implements Writing {

    /** One such change. */
    enum Kind {
        TRUNCATE,
        ADD_COLUMN,
        DROP_COLUMN,
        TYPE,
        VACUUM_FULL,
        CLUSTER,
        FILL,
        MANY_ROWS
    }

    /** A snapshot begins anew with each rewrite, so that there must be an end of them. */
    private static final int MOST = 5;

    private final String table;
    private final List<Kind> kinds;

    /** Of the large transactions. */
    private final int rows;

    private int columns;
    private int written;

    TableWriting(String table, int rows, Kind... kinds) {
        this.table = table;
        this.kinds = List.of(kinds);
        this.rows = rows;
    }

    @Override
    public void write(Connection connection, Random random) throws SQLException {
        if (rows == 0 && ++written > MOST) {
            return;
        }
        SnapshotWriters.execute(connection, "SET lock_timeout = '2s'");
        switch (kinds.get(random.nextInt(kinds.size()))) {
            case TRUNCATE -> SnapshotWriters.execute(connection, "TRUNCATE " + table);
            case ADD_COLUMN -> addColumn(connection);
            case DROP_COLUMN -> dropColumn(connection);
            case TYPE ->
                SnapshotWriters.execute(
                        connection,
                        "ALTER TABLE %s ALTER n TYPE %s".formatted(table, random.nextBoolean() ? "bigint" : "int"));
            case VACUUM_FULL -> alone(connection, "VACUUM FULL " + table);
            case CLUSTER -> alone(connection, "CLUSTER %s USING %s_pkey".formatted(table, table));
            case FILL ->
                SnapshotWriters.execute(
                        connection,
                        "INSERT INTO %s (id, code, n, small, big) SELECT i, 'c' || i, i, 'again', repeat(md5(i::text), 80) "
                                        .formatted(table)
                                + "FROM generate_series(1, 400) i ON CONFLICT DO NOTHING");
            case MANY_ROWS -> manyRows(connection, random);
        }
    }

    private void addColumn(Connection connection) throws SQLException {
        String name = "added" + ++columns;
        SnapshotWriters.execute(
                connection, "ALTER TABLE %s ADD COLUMN %s text DEFAULT 'default %s'".formatted(table, name, name));
        tell(connection, ShadowLog.COLUMN, "{\"%s\": \"default %s\"}".formatted(name, name));
    }

    private void dropColumn(Connection connection) throws SQLException {
        if (columns > 0) {
            String name = "added" + columns;
            SnapshotWriters.execute(connection, "ALTER TABLE %s DROP COLUMN IF EXISTS %s".formatted(table, name));
            tell(connection, ShadowLog.DROP, name);
        }
    }

    private void tell(Connection connection, String key, String value) throws SQLException {
        SnapshotWriters.execute(
                connection,
                "INSERT INTO shadow (tab, key, value) VALUES ('%s', '%s', '%s')".formatted(table, key, value));
    }

    private static void alone(Connection connection, String sql) throws SQLException {
        connection.commit();
        connection.setAutoCommit(true);
        try {
            SnapshotWriters.execute(connection, sql);
        } finally {
            connection.setAutoCommit(false);
        }
    }

    /** Beyond the others' keys, and over them. */
    private void manyRows(Connection connection, Random random) throws SQLException {
        int first = 1_000_000 + random.nextInt(1000) * 1000;
        SnapshotWriters.execute(
                connection,
                "INSERT INTO %s (id, code, n, small, big) SELECT i, 'c' || i, i, 'many', md5(i::text) ".formatted(table)
                        + "FROM generate_series(%d, %d) i ON CONFLICT DO NOTHING".formatted(first, first + rows - 1));
        SnapshotWriters.execute(connection, "UPDATE %s SET n = n + 1 WHERE id < 3000".formatted(table));
        SnapshotWriters.execute(
                connection,
                "DELETE FROM %s WHERE id BETWEEN %d AND %d".formatted(table, first + rows / 10, first + rows - 1));
    }
}
