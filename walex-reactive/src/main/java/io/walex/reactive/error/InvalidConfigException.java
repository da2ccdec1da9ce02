package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/**
 * A setting, a URL or a name in the configuration is not valid. If it is not valid as such, this is thrown before
 * anything connects. If it does not fit what is on the server, the stream fails with this. Example: a slot that belongs
 * to another database.
 */
public final class InvalidConfigException extends WalExException {

    public InvalidConfigException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
