package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** No PostgreSQL answers at the address that can be streamed from: nothing, a connection pooler, or a standby. Retried only once the stream has run. */
public final class ServerUnreachableException extends WalExException {

    public ServerUnreachableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
