package io.walex.reactive.config;

import io.walex.reactive.error.InvalidConfigException;
import java.util.Objects;

/**
 * How the rows of snapshots and backfills are read: how fast, and with which load on the server. Immutable.
 *
 * <p>Example: {@code SnapshotOptions.DEFAULT.connections(4).rowsPerSecond(50_000)}.
 *
 * @param connections how many read at the same time, each a connection of its own beside the stream's: 1 to 16
 * @param chunkBytes how much of a table is read in one short transaction, in bytes of its pages: at least 8192. Larger
 *     chunks take more memory and hold a transaction open for longer
 * @param rowsPerSecond how many are delivered at most, on average; 0 for no bound
 * @param nudge whether the server may be given an empty transaction, once a second at most, to have it flush its WAL. A
 *     chunk then waits less on a quiet server on which a transaction stays open. It is all that a snapshot ever writes
 * @param strict whether a chunk always waits until the stream has passed all WAL that was there when it was read. On such
 *     a server that takes up to 15 seconds. Without it, a chunk waits for what is flushed a second later, by when
 *     PostgreSQL has flushed each commit that the chunk can show
 * @param keyless what happens to a table without a key
 */
public record SnapshotOptions(
        int connections, int chunkBytes, int rowsPerSecond, boolean nudge, boolean strict, Keyless keyless) {

    /** Two connections, 2 MiB, no bound, no nudge, not strict, a table without a key as a whole. */
    public static final SnapshotOptions DEFAULT = new SnapshotOptions(2, 2 << 20, 0, false, false, Keyless.WHOLE_TABLE);

    /** The same, but tables without a key are refused: their consumer could not tell rows that it has from new ones. */
    public static final SnapshotOptions FOR_BACKFILL = DEFAULT.keyless(Keyless.REFUSE);

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

    /** See {@link #connections()}. */
    public SnapshotOptions connections(int value) {
        return new SnapshotOptions(value, chunkBytes, rowsPerSecond, nudge, strict, keyless);
    }

    /** See {@link #chunkBytes()}. */
    public SnapshotOptions chunkBytes(int value) {
        return new SnapshotOptions(connections, value, rowsPerSecond, nudge, strict, keyless);
    }

    /** See {@link #rowsPerSecond()}. */
    public SnapshotOptions rowsPerSecond(int value) {
        return new SnapshotOptions(connections, chunkBytes, value, nudge, strict, keyless);
    }

    /** See {@link #nudge()}. */
    public SnapshotOptions nudge(boolean value) {
        return new SnapshotOptions(connections, chunkBytes, rowsPerSecond, value, strict, keyless);
    }

    /** See {@link #strict()}. */
    public SnapshotOptions strict(boolean value) {
        return new SnapshotOptions(connections, chunkBytes, rowsPerSecond, nudge, value, keyless);
    }

    /** See {@link #keyless()}. */
    public SnapshotOptions keyless(Keyless value) {
        return new SnapshotOptions(connections, chunkBytes, rowsPerSecond, nudge, strict, value);
    }
}
