package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** The server's host name cannot be resolved. Retried only once the stream has run: a name may vanish for a while. */
public final class HostNotFoundException extends WalExException {

    public HostNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
