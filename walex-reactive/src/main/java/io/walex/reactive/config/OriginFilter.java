package io.walex.reactive.config;

/**
 * Which changes are sent where some were themselves replicated to the server, in a session with a replication origin.
 *
 * @see <a href="https://www.postgresql.org/docs/current/replication-origins.html">Replication progress tracking</a>
 */
public enum OriginFilter {
    /** All. */
    ANY,
    /**
     * Only those that were made on the server itself. The server decides at {@code PREPARE TRANSACTION} and at the outcome
     * one by one; what follows where only one of them was replicated is said at {@link
     * io.walex.reactive.event.TwoPhase#AT_PREPARE AT_PREPARE} and {@link io.walex.reactive.event.TwoPhase#AT_COMMIT
     * AT_COMMIT}. The latter with {@link #ANY}, filtered by {@link io.walex.reactive.event.Event#origin()}, has no such
     * limits.
     */
    NONE
}
