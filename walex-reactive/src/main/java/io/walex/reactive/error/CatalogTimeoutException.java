package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/**
 * The server took too long to read its catalog, and has stopped the query. Every start and {@link
 * io.walex.reactive.WalEx#preflight} read it. The first start fails with this. A stream that has run tries again, as
 * with an unreachable server.
 */
public final class CatalogTimeoutException extends WalExException {

    public CatalogTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
