package io.walex.reactive.handler;

import io.walex.reactive.error.WalExException;

/** A handler or function failed for good, and its policy was to stop. The transaction is not acknowledged. */
public final class HandlerFailedException extends WalExException {

    private final transient FailedEvents failed;

    public HandlerFailedException(String message, FailedEvents failed, Throwable cause) {
        super(message, cause);
        this.failed = failed;
    }

    /** What could not be handled. */
    public FailedEvents failed() {
        return failed;
    }
}
