package io.walex.reactive.event;

/**
 * When the changes of a transaction that is committed in two phases ({@code PREPARE TRANSACTION}) are delivered.
 *
 * @see <a href="https://www.postgresql.org/docs/current/logicaldecoding-two-phase-commits.html">Two-phase commit support
 *     for logical decoding</a>
 */
public enum TwoPhase {
    /** At {@code COMMIT PREPARED}, and sent by the server only then: PostgreSQL's default. */
    OFF,
    /**
     * At {@code PREPARE TRANSACTION}. An event of type {@link EventType#COMMIT_PREPARED} or {@link
     * EventType#ROLLBACK_PREPARED} tells the outcome later. A transaction that was prepared before the slot decoded
     * two-phase transactions comes at its commit, which is its last event then; its rollback tells only itself.
     */
    AT_PREPARE,
    /**
     * Sent by the server at {@code PREPARE TRANSACTION}, kept here, and delivered at {@code COMMIT PREPARED}, which is then
     * quick even for a large transaction. A rolled back transaction is never seen. As long as a transaction stays
     * prepared, the slot holds the WAL since.
     */
    AT_COMMIT
}
