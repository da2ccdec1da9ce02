package io.walex.reactive;

import org.jspecify.annotations.Nullable;

/** Nothing answers as PostgreSQL at the address. Retried only once the stream has run. */
public final class ServerUnreachableException extends WalExException {

    ServerUnreachableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
