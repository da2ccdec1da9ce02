package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** The server refused the user name, the password, the certificate or the client's address. */
public final class AuthenticationException extends WalExException {

    public AuthenticationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
