package io.walex.reactive.guarantees.snapshots;

import io.walex.reactive.guarantees.snapshots.SnapshotWriters.Writing;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Changes of rows: hot keys, keys that change, large values that stay, rows that go and come back, and move. */
final class RowWriting implements Writing {

    private final List<String> tables;
    private final int keys;
    private final boolean twoPhase;

    /** Of keys from 1 on. */
    RowWriting(List<String> tables, int keys, boolean twoPhase) {
        this.tables = tables;
        this.keys = keys;
        this.twoPhase = twoPhase;
    }

    @Override
    public void write(Connection connection, Random random) throws SQLException {
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            String sql = change(random);
            if (random.nextInt(3) == 0) {
                SnapshotWriters.attempt(connection, random, sql);
            } else {
                SnapshotWriters.execute(connection, sql);
            }
        }
        if (random.nextInt(15) == 0) {
            connection.rollback();
        } else if (twoPhase && random.nextInt(6) == 0) {
            prepare(connection, random);
        }
    }

    private static void prepare(Connection connection, Random random) throws SQLException {
        String gid = UUID.randomUUID().toString();
        SnapshotWriters.execute(connection, "PREPARE TRANSACTION '" + gid + "'");
        connection.setAutoCommit(true);
        SnapshotWriters.execute(
                connection, (random.nextInt(4) == 0 ? "ROLLBACK" : "COMMIT") + " PREPARED '" + gid + "'");
        connection.setAutoCommit(false);
    }

    private String change(Random random) {
        String table = tables.get(random.nextInt(tables.size()));
        int key = random.nextInt(3) == 0 ? 1 + random.nextInt(12) : 1 + random.nextInt(keys);
        int other = random.nextInt(3) == 0 ? 1 + random.nextInt(12) : 1 + random.nextInt(keys);
        int n = random.nextInt(1_000_000);
        String small = "s".repeat(random.nextInt(90));
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> "UPDATE %s SET n = %d WHERE id = %d".formatted(table, n, key);
            case 3 -> "UPDATE %s SET n = %d, small = '%s' WHERE id = %d".formatted(table, n, small, key);
            case 4 -> "UPDATE %s SET big = %s WHERE id = %d".formatted(table, big(random), key);
            case 5 -> "UPDATE %s SET id = %d, code = 'c%d' WHERE id = %d".formatted(table, other, other, key);
            case 6 -> "DELETE FROM %s WHERE id = %d".formatted(table, key);
            case 7 -> "UPDATE %s SET n = n + 1 WHERE id BETWEEN %d AND %d".formatted(table, key, key + 5);
            default ->
                "INSERT INTO %s (id, code, n, small, big) VALUES (%d, 'c%d', %d, '%s', %s) ON CONFLICT DO NOTHING"
                        .formatted(table, other, other, n, small, big(random));
        };
    }

    private static String big(Random random) {
        return random.nextInt(3) == 0
                ? "NULL"
                : "repeat(md5('%d'), %d)".formatted(random.nextInt(), random.nextBoolean() ? 80 : 1);
    }
}
