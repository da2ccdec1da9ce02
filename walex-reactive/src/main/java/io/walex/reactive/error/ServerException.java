package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** The server refused a command for a reason that has no type of its own; the message has its SQLSTATE. */
public final class ServerException extends WalExException {

    public ServerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
