package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** Transactions that are not committed yet outgrew their memory, and cannot be kept in their directory. */
public final class SpillException extends WalExException {

    public SpillException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
