package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/** The role may not do what is needed: it lacks REPLICATION, or rights on the slot or publication. */
public final class InsufficientPrivilegeException extends WalExException {

    public InsufficientPrivilegeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
