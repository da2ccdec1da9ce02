package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** The server's version does not know a feature that was asked for. */
public final class UnsupportedServerException extends WalExException {

    public UnsupportedServerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
