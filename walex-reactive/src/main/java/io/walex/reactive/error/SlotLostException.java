package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** The temporary replication slot went with its connection. Changes since then cannot be had. */
public final class SlotLostException extends WalExException {

    public SlotLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
