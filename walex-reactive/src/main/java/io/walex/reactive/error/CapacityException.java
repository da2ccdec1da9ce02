package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** The server has no walsender, replication slot or connection left for this stream. */
public final class CapacityException extends WalExException {

    public CapacityException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
