package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** A replication slot's name has a character or a length that PostgreSQL does not take. */
public final class InvalidSlotNameException extends InvalidConfigException {

    public InvalidSlotNameException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
