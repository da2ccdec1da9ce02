package io.walex.reactive.config;

import io.walex.reactive.error.InvalidConfigException;
import java.util.Objects;

/**
 * How the rows of snapshots and backfills are read. Immutable.
 *
 * @param connections how many connections read at the same time
 * @param chunkBytes how much of a table is read in one short transaction, in bytes of its pages
 * @param rowsPerSecond at most, on average; 0 for no bound
 * @param nudge whether the server may be given a transaction id to flush its WAL, so that a chunk need not wait for it on a
 *     quiet server where a transaction stays open; nothing else is ever written
 * @param strict whether a chunk always waits until the stream has passed the WAL that was there when it was read, which
 *     on such a server may take seconds
 * @param keyless what happens to a table without a key
 */
public record SnapshotOptions(
        int connections, int chunkBytes, int rowsPerSecond, boolean nudge, boolean strict, Keyless keyless) {

    /** Two connections, 2 MiB, no bound, no nudge, not strict, a whole table at once where it has no key. */
    public static final SnapshotOptions DEFAULT = new SnapshotOptions(2, 2 << 20, 0, false, false, Keyless.WHOLE_TABLE);

    /** What happens to a table without a key, whose rows cannot be told apart. */
    public enum Keyless {
        /**
         * It is read in one transaction, as long as that takes, and the stream stands still while its rows are delivered. A
         * restart begins with its first row again.
         */
        WHOLE_TABLE,
        /** It is refused. */
        REFUSE
    }

    public SnapshotOptions {
        if (connections < 1 || connections > 16) {
            throw new InvalidConfigException("connections must be between 1 and 16, was " + connections, null);
        }
        if (chunkBytes < 8192) {
            throw new InvalidConfigException("chunkBytes must be at least 8192, a page, was " + chunkBytes, null);
        }
        if (rowsPerSecond < 0) {
            throw new InvalidConfigException("rowsPerSecond must not be negative, was " + rowsPerSecond, null);
        }
        Objects.requireNonNull(keyless, "keyless");
    }

    public SnapshotOptions connections(int value) {
        return new SnapshotOptions(value, chunkBytes, rowsPerSecond, nudge, strict, keyless);
    }

    public SnapshotOptions chunkBytes(int value) {
        return new SnapshotOptions(connections, value, rowsPerSecond, nudge, strict, keyless);
    }

    public SnapshotOptions rowsPerSecond(int value) {
        return new SnapshotOptions(connections, chunkBytes, value, nudge, strict, keyless);
    }

    public SnapshotOptions nudge(boolean value) {
        return new SnapshotOptions(connections, chunkBytes, rowsPerSecond, value, strict, keyless);
    }

    public SnapshotOptions strict(boolean value) {
        return new SnapshotOptions(connections, chunkBytes, rowsPerSecond, nudge, value, keyless);
    }

    public SnapshotOptions keyless(Keyless value) {
        return new SnapshotOptions(connections, chunkBytes, rowsPerSecond, nudge, strict, value);
    }
}
