package io.walex.reactive;

import io.walex.reactive.replication.SlowQueryException;
import org.jspecify.annotations.Nullable;

/**
 * The server is there, and took too long to read its catalog, which every start and {@link WalEx#preflight} does. It has
 * stopped the query. Whether that ends a stream is as with an unreachable server: the first start fails, a stream that has
 * run tries again.
 */
public final class CatalogTimeoutException extends WalExException {

    CatalogTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static CatalogTimeoutException of(SlowQueryException slow, WalExConfig config, String slot) {
        return new CatalogTimeoutException(
                "%s:%d did not read %s of database \"%s\" for %s within %d ms, and has stopped that query; look in pg_locks there for a session that holds a lock on one of these, and whether the server is overloaded, or raise livenessTimeout(...), three quarters of which a query may take"
                        .formatted(
                                config.host(),
                                config.port(),
                                slow.reads(),
                                config.database(),
                                slot,
                                slow.limit().toMillis()),
                slow);
    }
}
