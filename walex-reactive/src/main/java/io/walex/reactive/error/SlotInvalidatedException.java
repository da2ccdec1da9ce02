package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/**
 * The replication slot can no longer give the changes that come next. It was invalidated, dropped, made anew or moved,
 * or is one of another server.
 */
public final class SlotInvalidatedException extends WalExException {

    public SlotInvalidatedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
