package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** The server refused user name, password, certificate or address. Retried five times once the stream has run. */
public final class AuthenticationException extends WalExException {

    public AuthenticationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
