package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** The server offers no TLS although it is required, or its certificate was not accepted. */
public final class TlsException extends WalExException {

    public TlsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
