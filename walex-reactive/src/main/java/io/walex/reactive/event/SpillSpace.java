package io.walex.reactive.event;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Where transactions that are not committed yet are kept: in memory up to a limit for all of them together, then in
 * temporary files. Confined to the subscription's event loop.
 */
final class SpillSpace {

    private final Path directory;
    private final long memoryLimit;
    private final Opener opener;
    private long inMemory;

    SpillSpace(Path directory, long memoryLimit) {
        this(directory, memoryLimit, SpillSpace::open);
    }

    SpillSpace(Path directory, long memoryLimit, Opener opener) {
        this.directory = directory;
        this.memoryLimit = memoryLimit;
        this.opener = opener;
    }

    /** Opens a file that exists. */
    @FunctionalInterface
    interface Opener {
        FileChannel open(Path path) throws IOException;
    }

    private static FileChannel open(Path path) throws IOException {
        return FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
    }

    /** Takes memory if there is enough left. */
    boolean reserve(int bytes) {
        if (inMemory + bytes > memoryLimit) {
            return false;
        }
        inMemory += bytes;
        return true;
    }

    void free(long bytes) {
        inMemory -= bytes;
    }

    /** A file that is gone when it is closed or the process ends, however it ends where the system can do that. */
    FileChannel file() {
        try {
            Path path = Files.createTempFile(Files.createDirectories(directory), "walex-", ".spill");
            try {
                return opener.open(path);
            } catch (IOException e) {
                Files.deleteIfExists(path);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make a file", e);
        }
    }
}
