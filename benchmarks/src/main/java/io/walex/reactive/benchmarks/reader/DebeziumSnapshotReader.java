package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.benchmarks.Target;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The first rows of a table by Debezium's embedded engine: by its initial snapshot, or by an incremental one that a row in
 * its signal table asks for.
 */
record DebeziumSnapshotReader(boolean incremental) implements Reader {

    /** What it is as slow with as with more. */
    private static final long ENOUGH = 500_000;

    @Override
    public long rows(Target target) {
        return Math.min(ENOUGH, target.wanted());
    }

    @Override
    public void read(Target target, Meter meter) throws Exception {
        String table = target.tables().get(0);
        Properties properties = DebeziumReader.properties(target);
        if (incremental) {
            properties.put("incremental.snapshot.chunk.size", "10240");
            properties.put("signal.data.collection", "public." + Target.SIGNALS);
            properties.put("table.include.list", "public\\.(" + table + "|" + Target.SIGNALS + ")");
            // Behind the slot, so it is found in the stream.
            ask(target, table);
        } else {
            properties.put("table.include.list", "public\\." + table);
            properties.put("snapshot.mode", "initial_only");
        }
        DebeziumReader.run(done -> DebeziumReader.connectEngine(
                properties,
                record -> {
                    if (record.topic().endsWith("." + table)) {
                        meter.row();
                    }
                },
                meter,
                done));
    }

    private static void ask(Target target, String table) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://%s:%d/%s".formatted(target.host(), target.port(), target.database()),
                        target.username(),
                        "");
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO " + Target.SIGNALS + " VALUES (?, ?, ?)")) {
            insert.setString(1, "ask-" + ThreadLocalRandom.current().nextLong());
            insert.setString(2, "execute-snapshot");
            insert.setString(3, "{\"type\": \"incremental\", \"data-collections\": [\"public." + table + "\"]}");
            insert.execute();
        }
    }
}
