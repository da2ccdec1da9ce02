package io.walex.reactive.testsupport;

import io.walex.reactive.testsupport.EmbeddedServer.StopMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.stream.Collectors;

/** A hot standby of an embedded server, which can be promoted. Made from a copy of the stopped primary's files. */
public final class StandbyServer extends PostgresServer {

    private final PgCtl pgCtl;

    private StandbyServer(int port, PgCtl pgCtl) {
        super("localhost", port, "postgres", "");
        this.pgCtl = pgCtl;
    }

    /**
     * Stops the primary for a moment, copies it, and follows it through a physical slot.
     *
     * @param physicalSlot made on the primary
     * @param settings of the standby
     */
    public static StandbyServer of(EmbeddedServer primary, String physicalSlot, Map<String, String> settings) {
        primary.maintenance().execute("SELECT pg_create_physical_replication_slot('" + physicalSlot + "', true)");
        PgCtl primaryCtl = primary.pgCtl();
        primary.stop(StopMode.FAST);
        Path directory = primaryCtl
                .dataDirectory()
                .resolveSibling(primaryCtl.dataDirectory().getFileName() + "-standby");
        copy(primaryCtl.dataDirectory(), directory);
        primary.startAgain();
        configure(
                directory,
                Map.of(
                        "primary_conninfo",
                        "host=localhost port=" + primary.port() + " user=" + primary.user() + " dbname=postgres",
                        "primary_slot_name",
                        physicalSlot));
        configure(directory, settings);
        StandbyServer standby = new StandbyServer(
                freePort(), new PgCtl(primaryCtl.executable(), directory, primaryCtl.serverOptions()));
        standby.pgCtl.start(standby.port());
        return standby;
    }

    /** Makes it a primary, on a new timeline. */
    public void promote() {
        maintenance().execute("SELECT pg_promote()");
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void configure(Path directory, Map<String, String> settings) {
        String lines = settings.entrySet().stream()
                .map(setting -> setting.getKey() + " = '" + setting.getValue() + "'\n")
                .collect(Collectors.joining());
        try {
            Files.writeString(directory.resolve("postgresql.auto.conf"), lines, StandardOpenOption.APPEND);
            Files.writeString(directory.resolve("standby.signal"), "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Files.walkFileTree(from, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                        throws IOException {
                    Files.copy(directory, to.resolve(from.relativize(directory)), StandardCopyOption.COPY_ATTRIBUTES);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException error) throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        pgCtl.stop(StopMode.IMMEDIATE);
        delete(pgCtl.dataDirectory());
    }

    @Override
    public String toString() {
        return "a standby on port " + port();
    }
}
