package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** The server's {@code wal_level} is not {@code logical}. */
public final class WalLevelException extends WalExException {

    public WalLevelException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
