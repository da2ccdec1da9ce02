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
     *
     * <p>With {@code origin(NONE)} the server looks at where a transaction was prepared and where it ended one by one: the
     * outcome of a transaction comes without it where only its {@code PREPARE TRANSACTION} was replicated here, and does
     * not come where only the outcome was.
     */
    AT_PREPARE,
    /**
     * Sent by the server at {@code PREPARE TRANSACTION}, kept here, and delivered at {@code COMMIT PREPARED}, which is then
     * quick even for a large transaction. A rolled back transaction is never seen. As long as a transaction stays
     * prepared, the slot holds the WAL since.
     *
     * <p>With {@code origin(NONE)}, a transaction whose {@code PREPARE TRANSACTION} was replicated here is left out, also
     * where it is committed here, which is logged. One that is prepared here and ends in a replication origin session is
     * left out too, but the server does not say that it ended: it counts as prepared, and the slot holds the WAL, until the
     * slot is read with {@code origin(ANY)}.
     */
    AT_COMMIT
}
