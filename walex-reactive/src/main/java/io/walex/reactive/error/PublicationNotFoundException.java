package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** A publication does not exist in the database. */
public final class PublicationNotFoundException extends WalExException {

    public PublicationNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
