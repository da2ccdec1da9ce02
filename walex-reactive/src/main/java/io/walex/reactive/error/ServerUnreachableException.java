package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/**
 * Nothing that can be streamed from answers at the address: no server, a connection pooler, or a standby. Retried only
 * once the stream has run.
 */
public final class ServerUnreachableException extends WalExException {

    public ServerUnreachableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
