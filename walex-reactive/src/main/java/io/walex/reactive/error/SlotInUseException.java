package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** The replication slot is in use by another connection. */
public final class SlotInUseException extends WalExException {

    public SlotInUseException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
