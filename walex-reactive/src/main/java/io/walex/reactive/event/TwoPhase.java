package io.walex.reactive.event;

/**
 * When the changes of a transaction that is committed in two phases ({@code PREPARE TRANSACTION}) are delivered.
 *
 * @see <a href="https://www.postgresql.org/docs/current/logicaldecoding-two-phase-commits.html">Two-phase commit support
 *     for logical decoding</a>
 */
public enum TwoPhase {
    /** At {@code COMMIT PREPARED}. The server sends them only then. PostgreSQL's default. */
    OFF,
    /**
     * At {@code PREPARE TRANSACTION}. An event of type {@link EventType#COMMIT_PREPARED} or {@link
     * EventType#ROLLBACK_PREPARED} tells the outcome later.
     *
     * <p>A transaction may have been prepared before the slot decoded two-phase transactions. If it commits, it comes
     * then, with the outcome as its last event. If it is rolled back, only the outcome comes.
     *
     * <p>With {@code origin(NONE)} the server looks at where a transaction was prepared, and again at where it ended.
     * If only the {@code PREPARE TRANSACTION} was replicated here, the outcome comes without the transaction. If only
     * the outcome was, the outcome does not come.
     */
    AT_PREPARE,
    /**
     * At {@code COMMIT PREPARED}. The server sends them at {@code PREPARE TRANSACTION}, and they are kept here until
     * then, so that even a large transaction comes quickly. A transaction that is rolled back never comes. As long as a
     * transaction stays prepared, the slot holds the WAL since.
     *
     * <p>With {@code origin(NONE)}:
     *
     * <ul>
     *   <li>A transaction whose {@code PREPARE TRANSACTION} was replicated here is left out. If it is committed here,
     *       that is logged.
     *   <li>A transaction that is prepared here and ends in a replication origin session is left out, too. The server
     *       does not say that it ended. So it counts as prepared, and the slot holds the WAL, until the slot is read
     *       with {@code origin(ANY)}.
     * </ul>
     */
    AT_COMMIT
}
