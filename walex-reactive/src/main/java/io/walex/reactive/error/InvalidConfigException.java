package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/**
 * A setting, a URL or a name in the configuration is not valid: as such, which is thrown before anything connects, or for
 * what is on the server, such as a slot that belongs to another database or to a standby.
 */
public final class InvalidConfigException extends WalExException {

    public InvalidConfigException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
