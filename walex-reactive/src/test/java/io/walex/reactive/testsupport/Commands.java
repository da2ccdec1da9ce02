package io.walex.reactive.testsupport;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs of this machine. */
final class Commands {

    private Commands() {}

    /** As somebody else than root, as whom PostgreSQL and PgBouncer refuse to run: in a user namespace of its own. */
    static List<String> notAsRoot(List<String> command) {
        List<String> all = new ArrayList<>(LinuxUtils.isUnshareAvailable() ? List.of("unshare", "-U") : List.of());
        all.addAll(command);
        return all;
    }

    /** Runs a program to its end, and returns what it printed; fails when it fails. */
    static String run(List<String> command) {
        try {
            // A file, since what the program leaves running may keep a pipe open.
            Path output = Files.createTempFile("command", ".log");
            int exit = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            String text = Files.readString(output);
            Files.delete(output);
            if (exit != 0) {
                throw new IllegalStateException(command + " failed: " + text);
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for " + command, e);
        }
    }

    static int freePort() {
        try (var socket = new java.net.ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
