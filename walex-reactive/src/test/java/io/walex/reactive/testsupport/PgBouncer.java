package io.walex.reactive.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;

/** A connection pooler in front of a server, on a free port of this machine. */
public final class PgBouncer implements AutoCloseable {

    private final int port;
    private final Process process;
    private final Path directory;

    private PgBouncer(int port, Process process, Path directory) {
        this.port = port;
        this.process = process;
        this.directory = directory;
    }

    public static boolean isInstalled() {
        return Files.isExecutable(Path.of("/usr/sbin/pgbouncer"));
    }

    /**
     * Starts one that lets everybody in.
     *
     * @param poolMode {@code session}, {@code transaction} or {@code statement}
     * @param ignored the start-up parameters that it takes and passes on to nobody, separated by commas
     */
    public static PgBouncer start(PostgresServer server, String poolMode, String ignored) {
        try {
            Path directory = Files.createTempDirectory("walex-pgbouncer-");
            int port = Commands.freePort();
            Path users = Files.writeString(directory.resolve("users.txt"), "\"" + server.user() + "\" \"\"\n");
            Path settings = Files.writeString(directory.resolve("pgbouncer.ini"), """
                    [databases]
                    * = host=%s port=%d
                    [pgbouncer]
                    listen_addr = 127.0.0.1
                    listen_port = %d
                    unix_socket_dir =
                    auth_type = trust
                    auth_file = %s
                    pool_mode = %s
                    ignore_startup_parameters = %s
                    """.formatted(
                            server.host(), server.port(), port, users, poolMode, ignored));
            Process process = new ProcessBuilder(
                            Commands.notAsRoot(List.of("/usr/sbin/pgbouncer", settings.toString())))
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("output.log").toFile())
                    .start();
            PgBouncer started = new PgBouncer(port, process, directory);
            Awaitility.await().until(started::isListening);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isListening() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
        try {
            for (String file : List.of("users.txt", "pgbouncer.ini", "output.log")) {
                Files.delete(directory.resolve(file));
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
