package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** The durable replication slot does not exist, and must not be made by the stream. */
public final class SlotNotFoundException extends WalExException {

    public SlotNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
