package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** The server offers no TLS although it is required, its certificate was not accepted, or there is nothing to secure a connection with. */
public final class TlsException extends WalExException {

    public TlsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
