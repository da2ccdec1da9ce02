package io.walex.reactive.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * PostgreSQL as Debian installs it, on a free port, with its data in a temporary directory: the embedded binaries have no
 * translations.
 */
public final class InstalledServer extends PostgresServer {

    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
    private static final Path MESSAGES = Path.of("/usr/share/locale/de/LC_MESSAGES");
    private static final String GERMAN = "de_DE.utf8";

    private final Path bin;
    private final Path dataDirectory;

    private InstalledServer(Path bin, Path dataDirectory, int port) {
        super("localhost", port, "postgres", "");
        this.bin = bin;
        this.dataDirectory = dataDirectory;
    }

    /** The newest that speaks German; empty where none is installed, or this machine lacks the locale. */
    public static Optional<InstalledServer> startInGerman() {
        return germanBinaries().map(bin -> start(bin, Map.of("lc_messages", GERMAN)));
    }

    private static Optional<Path> germanBinaries() {
        if (!Files.isDirectory(VERSIONS)
                || !Commands.run(List.of("locale", "-a")).contains(GERMAN)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.filter(
                            version -> Files.exists(MESSAGES.resolve("postgres-" + version.getFileName() + ".mo")))
                    .map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
                    .max(Comparator.comparingInt(bin ->
                            Integer.parseInt(bin.getName(bin.getNameCount() - 2).toString())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InstalledServer start(Path bin, Map<String, String> settings) {
        try {
            Path dataDirectory = Files.createTempDirectory("walex-installed-");
            var server = new InstalledServer(bin, dataDirectory, Commands.freePort());
            server.run("initdb", "-U", "postgres", "-A", "trust", "--locale=C", "--encoding=UTF8");
            String all = ServerSettings.with(settings).entrySet().stream()
                    .map(setting -> "-c " + setting.getKey() + "=" + setting.getValue())
                    .collect(Collectors.joining(" ", "-p " + server.port() + " -c unix_socket_directories= ", ""));
            server.run(
                    "pg_ctl",
                    "-w",
                    "-o",
                    all,
                    "-l",
                    dataDirectory.resolve("server.log").toString(),
                    "start");
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run(String program, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(bin.resolve(program).toString(), "-D", dataDirectory.toString()));
        command.addAll(List.of(arguments));
        Commands.run(Commands.notAsRoot(command));
    }

    /** Stops the server and deletes its data. */
    @Override
    public void close() {
        run("pg_ctl", "-w", "-m", "immediate", "stop");
        try (Stream<Path> files = Files.walk(dataDirectory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "installed PostgreSQL on port " + port();
    }
}
