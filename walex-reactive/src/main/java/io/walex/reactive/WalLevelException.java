package io.walex.reactive;

import org.jspecify.annotations.Nullable;

/** The server's {@code wal_level} is not {@code logical}. */
public final class WalLevelException extends WalExException {

    WalLevelException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
