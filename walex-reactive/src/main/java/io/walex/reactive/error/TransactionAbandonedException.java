package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/**
 * The rest of a transaction that was being delivered will not come, though its stream goes on. Only {@link
 * io.walex.reactive.event.Transaction#events()} fails with this; there is nothing to acknowledge.
 */
public final class TransactionAbandonedException extends WalExException {

    public TransactionAbandonedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
