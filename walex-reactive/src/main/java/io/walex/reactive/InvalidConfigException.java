package io.walex.reactive;

import org.jspecify.annotations.Nullable;

/** A setting, a URL or a name in the configuration is not valid; thrown before anything connects. */
public class InvalidConfigException extends WalExException {

    InvalidConfigException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
