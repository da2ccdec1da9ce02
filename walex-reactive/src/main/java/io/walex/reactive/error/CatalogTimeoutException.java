package io.walex.reactive.error;

import org.jspecify.annotations.Nullable;

/**
 * The server is there, and took too long to read its catalog, which every start and {@link io.walex.reactive.WalEx#preflight} does. It has
 * stopped the query. Whether that ends a stream is as with an unreachable server: the first start fails, a stream that has
 * run tries again.
 */
public final class CatalogTimeoutException extends WalExException {

    public CatalogTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
