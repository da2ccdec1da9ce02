package io.walex.reactive.testsupport;

import io.walex.reactive.testsupport.EmbeddedServer.StopMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Runs {@code pg_ctl} on a data directory. */
record PgCtl(Path executable, Path dataDirectory, List<String> serverOptions) {

    static final List<String> COMMAND_LINE_SETTINGS = List.of("max_connections", "synchronous_commit", "timezone");

    static PgCtl of(TestDatabase database, Path dataDirectory) {
        String bin = database.queryText("SELECT setting FROM pg_config WHERE name = 'BINDIR'");
        List<String> options = COMMAND_LINE_SETTINGS.stream()
                .map(name -> "-c " + name + "=" + database.queryText("SHOW " + name))
                .toList();
        return new PgCtl(Path.of(bin, "pg_ctl"), dataDirectory, options);
    }

    void stop(StopMode mode) {
        run("stop", "-m", mode.name().toLowerCase(Locale.ROOT));
    }

    /**
     * Has the stopped server begin with this transaction id next, by a program that comes with PostgreSQL and not with the
     * embedded binaries.
     */
    void nextTransactionId(Path resetWal, long xid) {
        try {
            // What is said of the ids before it is all zero: none of them is asked for.
            Path segment = dataDirectory.resolve("pg_xact").resolve("%04X".formatted(xid >> 20));
            if (Files.notExists(segment)) {
                Files.write(segment, new byte[256 << 10]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Commands.run(Commands.notAsRoot(
                List.of(resetWal.toString(), "-f", "-x", Long.toString(xid), "-D", dataDirectory.toString())));
    }

    void start(int port) {
        String options = "-p " + port + " -F " + serverOptions.stream().collect(Collectors.joining(" "));
        run("start", "-o", options, "-l", dataDirectory.resolve("server.log").toString());
    }

    private void run(String action, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(executable.toString(), "-D", dataDirectory.toString(), "-w", action));
        command.addAll(List.of(arguments));
        Commands.run(Commands.notAsRoot(command));
    }
}
