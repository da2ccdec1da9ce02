package io.walex.reactive;

import org.jspecify.annotations.Nullable;

/** Transactions that are not committed yet outgrew their memory, and cannot be kept in their directory. */
public final class TransactionSpoolException extends WalExException {

    TransactionSpoolException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
