package io.walex.reactive.snapshot;

import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.error.SnapshotException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A file for each key. A new text is written to a temporary file, which takes the other's place when it is safe on disk. A
 * temporary file that a crash left is overwritten by the next.
 */
final class DirectorySnapshotStore implements SnapshotStore {

    private static final Set<StandardOpenOption> OVERWRITE =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);

    private final Path directory;
    private final Scheduler scheduler;
    private final boolean posix;

    DirectorySnapshotStore(Path directory, Scheduler scheduler) {
        this.directory = directory;
        this.scheduler = scheduler;
        this.posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    @Override
    public Mono<String> load(String key) {
        return Mono.fromCallable(() -> attempt(key, "read", () -> read(file(key))))
                .subscribeOn(scheduler);
    }

    /** Also shows at the start of a snapshot that there is a place to write to. */
    private @Nullable String read(Path file) throws IOException {
        Files.createDirectories(directory);
        if (!Files.isWritable(directory)) {
            throw new IOException("the directory is not writable");
        }
        try {
            // What is no UTF-8 is damaged, which is told by who reads the text.
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public Mono<Void> save(String key, String progress) {
        return Mono.<Void>fromCallable(() -> attempt(key, "written", () -> {
                    write(file(key), progress);
                    return null;
                }))
                .subscribeOn(scheduler);
    }

    private synchronized void write(Path file, String progress) throws IOException {
        Files.createDirectories(directory);
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(temporary, OVERWRITE, ownersOnly())) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(progress);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (posix) {
            // A renamed file survives the machine's end once its directory does. Elsewhere directories cannot be
            // opened.
            try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
                parent.force(true);
            }
        }
    }

    private FileAttribute<?>[] ownersOnly() {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private Path file(String key) {
        return directory.resolve(FileNames.of(key));
    }

    private <T> @Nullable T attempt(String key, String done, Callable<@Nullable T> work) {
        try {
            return work.call();
        } catch (Exception e) {
            throw new SnapshotException(
                    "Progress of snapshot \"%s\" cannot be %s: %s. Make %s a directory that this process may write to, with room on its disk"
                            .formatted(key, done, e, directory.toAbsolutePath()),
                    e);
        }
    }

    @Override
    public String toString() {
        return "directory(" + directory + ")";
    }
}
