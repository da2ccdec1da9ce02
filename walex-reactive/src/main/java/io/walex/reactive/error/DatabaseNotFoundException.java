package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** The database does not exist. */
public final class DatabaseNotFoundException extends WalExException {

    public DatabaseNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
