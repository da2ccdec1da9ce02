package io.walex.reactive.testsupport;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.stream.Collectors;

/** PostgreSQL from embedded binaries on a free port of this machine, with its data in a temporary directory. */
public final class EmbeddedServer extends PostgresServer {

    private final int major;
    private final EmbeddedPostgres postgres;
    private final PgCtl pgCtl;

    private EmbeddedServer(int major, EmbeddedPostgres postgres, Path dataDirectory) {
        super("localhost", postgres.getPort(), "postgres", "");
        this.major = major;
        this.postgres = postgres;
        this.pgCtl = PgCtl.of(maintenance(), dataDirectory);
    }

    static EmbeddedServer launch(int major, Map<String, String> settings) {
        Map<String, String> all = ServerSettings.with(settings);
        try {
            Path dataDirectory = Files.createTempDirectory("walex-postgres-" + major + "-");
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                    .setPGStartupWait(PATIENCE)
                    .setPgBinaryResolver(PostgresBinaries.of(major))
                    .setDataDirectory(dataDirectory)
                    .setDataDirectoryCustomizer(directory -> configure(directory, all));
            // What the builder would otherwise set on the command line, where no file could change it.
            PgCtl.COMMAND_LINE_SETTINGS.forEach(name -> builder.setServerConfig(name, all.get(name)));
            return new EmbeddedServer(major, builder.start(), dataDirectory);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start an embedded PostgreSQL " + major, e);
        }
    }

    private static void configure(File dataDirectory, Map<String, String> settings) {
        String lines = settings.entrySet().stream()
                .map(setting -> setting.getKey() + " = '" + setting.getValue() + "'\n")
                .collect(Collectors.joining());
        try {
            Files.writeString(
                    dataDirectory.toPath().resolve("postgresql.conf"), "\n" + lines, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int major() {
        return major;
    }

    PgCtl pgCtl() {
        return pgCtl;
    }

    /** Stops the server, which {@link #startAgain} brings back on the same port with the same data. */
    public void stop(StopMode mode) {
        pgCtl.stop(mode);
    }

    public void startAgain() {
        pgCtl.start(port());
    }

    /** Stops and starts; settings changed by {@code ALTER SYSTEM} are then in force. */
    public void restart(StopMode mode) {
        stop(mode);
        startAgain();
    }

    /**
     * Stops the server and starts it with this transaction id as its next: ahead by less than two thousand million, behind
     * which all rows have to be frozen.
     *
     * @param resetWal the program {@code pg_resetwal} of the server's major version
     */
    public void nextTransactionId(Path resetWal, long xid) {
        stop(StopMode.FAST);
        pgCtl.nextTransactionId(resetWal, xid);
        startAgain();
    }

    /** Stops the server and deletes its data. */
    @Override
    public void close() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "embedded binaries on port " + port();
    }

    /** The modes of {@code pg_ctl stop}. */
    public enum StopMode {
        /** Waits for clients to leave; walsenders leave when all WAL was sent to them. */
        SMART,
        /** Disconnects clients. */
        FAST,
        /** Crashes: no checkpoint, recovery at the next start. */
        IMMEDIATE
    }
}
