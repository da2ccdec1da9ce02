package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** A working connection broke, or the server shut down. Retried, before the stream has run for 30 seconds only. */
public final class ConnectionLostException extends WalExException {

    public ConnectionLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
