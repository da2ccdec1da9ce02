package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/**
 * A snapshot or backfill cannot go on, or what its store holds cannot be used. A backfill's progress and completion fail
 * with this, and the stream goes on. A stream's initial snapshot fails the stream with this only if it cannot start.
 */
public final class SnapshotException extends WalExException {

    public SnapshotException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
