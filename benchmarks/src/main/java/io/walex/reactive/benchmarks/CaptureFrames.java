package io.walex.reactive.benchmarks;

import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Writes each {@link Workload}'s frames as a real server sends them, each after its length in four bytes. To be run once,
 * from the project's directory; the files are part of the sources.
 */
final class CaptureFrames {

    private static final Path RESOURCES = Path.of("benchmarks/src/main/resources/io/walex/reactive/benchmarks");

    private CaptureFrames() {}

    public static void main(String[] args) throws IOException {
        try (EmbeddedServer server = PostgresServer.start(PostgresServer.DEFAULT_MAJOR, Map.of())) {
            for (Workload workload : Workload.values()) {
                write(capture(server.createDatabase(), workload), RESOURCES.resolve(workload.resource()));
            }
        }
    }

    private static List<byte[]> capture(TestDatabase database, Workload workload) {
        database.execute(workload.preparation);
        // Slot names are the server's, not the database's.
        String slot = database.name();
        database.execute(
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')",
                workload.statement);
        return database.query(
                "SELECT data FROM pg_logical_slot_peek_binary_changes('" + slot + "', NULL, NULL,"
                        + " 'proto_version', '1', 'publication_names', 'events')",
                row -> row.getBytes(1));
    }

    private static void write(List<byte[]> frames, Path file) throws IOException {
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            for (byte[] frame : frames) {
                out.writeInt(frame.length);
                out.write(frame);
            }
        }
    }
}
