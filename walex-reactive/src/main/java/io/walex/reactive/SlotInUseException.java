package io.walex.reactive;

import org.jspecify.annotations.Nullable;

/** The replication slot is in use by another connection. */
public final class SlotInUseException extends WalExException {

    SlotInUseException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
