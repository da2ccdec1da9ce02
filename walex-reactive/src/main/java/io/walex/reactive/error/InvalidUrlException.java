package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** A connection URL is malformed. Its text is not repeated, since it may hold a password. */
public final class InvalidUrlException extends InvalidConfigException {

    public InvalidUrlException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
