package io.walex.reactive.config;

/**
 * Which changes are sent when some were themselves replicated to the server, in a session with a replication origin.
 *
 * @see <a href="https://www.postgresql.org/docs/current/replication-origins.html">Replication progress tracking</a>
 */
public enum OriginFilter {
    /** All. */
    ANY,
    /**
     * Only those that were made on the server itself.
     *
     * <p>The server decides at {@code PREPARE TRANSACTION}, and again at the outcome. What follows when only one of the
     * two was replicated is said at {@link io.walex.reactive.event.TwoPhase#AT_PREPARE AT_PREPARE} and {@link
     * io.walex.reactive.event.TwoPhase#AT_COMMIT AT_COMMIT}. {@code AT_COMMIT} with {@link #ANY} has no such limits:
     * filter its events by {@link io.walex.reactive.event.Event#origin()}.
     */
    NONE
}
