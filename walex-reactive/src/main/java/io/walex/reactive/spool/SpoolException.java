package io.walex.reactive.spool;

import io.walex.reactive.error.WalExException;
import org.jspecify.annotations.Nullable;

/** The spool cannot be opened, written or read. What is on disk stays there. */
public final class SpoolException extends WalExException {

    public SpoolException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
