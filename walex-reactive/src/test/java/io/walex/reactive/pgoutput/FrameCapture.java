package io.walex.reactive.pgoutput;

import java.io.DataOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.postgresql.replication.fluent.logical.ChainedLogicalStreamBuilder;

/**
 * Records what a server sends for {@code pgoutput/scenario.sql} into fixtures. Run by hand when the scenario changes:
 * arguments are the JDBC URL of a fresh server and the directory of the fixtures. The server needs {@code
 * wal_level=logical}, {@code max_prepared_transactions} above 0 and {@code logical_decoding_work_mem=64kB}.
 */
final class FrameCapture {

    /** The last thing the scenario commits; the capture ends there. */
    static final String END = "end of scenario";

    private static final Map<String, String> V1 = Map.of("proto_version", "1", "messages", "on");

    private final String url;
    private final Path directory;

    private FrameCapture(String url, Path directory) {
        this.url = url;
        this.directory = directory;
    }

    public static void main(String[] args) throws Exception {
        new FrameCapture(args[0], Path.of(args[1])).run();
    }

    private void run() throws Exception {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            int major = connection.getMetaData().getDatabaseMajorVersion();
            Map<String, Map<String, String>> variants = variants(major);
            statement.execute("DROP PUBLICATION IF EXISTS captured");
            statement.execute("CREATE PUBLICATION captured FOR ALL TABLES");
            for (String name : variants.keySet()) {
                boolean twoPhase = variants.get(name).containsKey("two_phase");
                statement.execute("SELECT pg_create_logical_replication_slot('%s', 'pgoutput', false%s)"
                        .formatted(name, twoPhase ? ", true" : ""));
            }
            for (String sql : scenario()) {
                statement.execute(sql);
            }
            for (var variant : variants.entrySet()) {
                capture(major, variant.getKey(), variant.getValue());
                statement.execute("SELECT pg_drop_replication_slot('%s')".formatted(variant.getKey()));
            }
        }
    }

    private static Map<String, Map<String, String>> variants(int major) {
        if (major < 16) {
            return Map.of(
                    "v1",
                    V1,
                    "v2_streaming",
                    Map.of("proto_version", "2", "streaming", "on", "messages", "on", "binary", "on"));
        }
        return Map.of(
                "v1",
                V1,
                "v4",
                Map.of("proto_version", "4", "messages", "on"),
                "v4_parallel",
                Map.of(
                        "proto_version",
                        "4",
                        "streaming",
                        "parallel",
                        "two_phase",
                        "on",
                        "messages",
                        "on",
                        "binary",
                        "on"));
    }

    private static List<String> scenario() throws Exception {
        try (var resource = FrameCapture.class.getResourceAsStream("/pgoutput/scenario.sql")) {
            String script = new String(resource.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            return List.of(script.split(";\\s*\\n"));
        }
    }

    private void capture(int major, String slot, Map<String, String> options) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("replication", "database");
        properties.setProperty("preferQueryMode", "simple");
        properties.setProperty("assumeMinServerVersion", "14");
        Path fixture = directory.resolve("postgresql-%d-%s.bin".formatted(major, slot.replace('_', '-')));
        try (Connection connection = DriverManager.getConnection(url, properties);
                PGReplicationStream stream = open(connection, slot, options);
                DataOutputStream out = new DataOutputStream(Files.newOutputStream(fixture))) {
            boolean ended = false;
            while (!ended) {
                CapturedFrame frame = next(stream);
                frame.writeTo(out);
                ended = new String(frame.message(), java.nio.charset.StandardCharsets.ISO_8859_1).contains(END);
            }
            next(stream).writeTo(out);
        }
    }

    private static PGReplicationStream open(Connection connection, String slot, Map<String, String> options)
            throws SQLException {
        ChainedLogicalStreamBuilder builder = connection
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName(slot)
                .withSlotOption("publication_names", "captured");
        options.forEach(builder::withSlotOption);
        return builder.withStartPosition(LogSequenceNumber.valueOf(0)).start();
    }

    private static CapturedFrame next(PGReplicationStream stream) throws SQLException {
        ByteBuffer buffer = stream.read();
        byte[] message = new byte[buffer.remaining()];
        buffer.get(message);
        return new CapturedFrame(Lsn.of(stream.getLastReceiveLSN().asLong()), message);
    }
}
