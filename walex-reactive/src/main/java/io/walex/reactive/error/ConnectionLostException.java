package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** A working connection broke or the server shut down. Retried. */
public final class ConnectionLostException extends WalExException {

    public ConnectionLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
