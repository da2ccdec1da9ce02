package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/**
 * What can go wrong, one subtype for each decision that a caller can make. Messages name the thing that failed and the
 * remedy. They never hold a secret or a row's value.
 *
 * <p>Constructors in this package are public, so that applications can test what they do about each error.
 */
public abstract class WalExException extends RuntimeException {

    /** For the subtypes of this library. */
    protected WalExException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
