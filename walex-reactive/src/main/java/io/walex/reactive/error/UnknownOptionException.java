package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** A URL has a parameter that this library does not know: ignoring it could mean ignoring security. */
public final class UnknownOptionException extends InvalidConfigException {

    public UnknownOptionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
