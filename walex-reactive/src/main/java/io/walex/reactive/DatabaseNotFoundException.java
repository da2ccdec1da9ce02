package io.walex.reactive;

import org.jspecify.annotations.Nullable;

/** The database does not exist. */
public final class DatabaseNotFoundException extends WalExException {

    DatabaseNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
