package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;

/**
 * How far a subscription has been served, so that what a new connection sends again is recognised. Transactions come in
 * the order of their commit LSNs, and a slot restarts at a transaction's boundary.
 */
final class Progress {

    private static final int BEGUN = -1;
    private static final int ENDED = Integer.MAX_VALUE;

    private Lsn lastCommit = Lsn.INVALID;
    private int lastOrdinal = ENDED;

    /** Whether the transaction was yielded in part: it goes on without a new start. */
    boolean isUnfinished(Lsn commitLsn) {
        return lastOrdinal != ENDED && commitLsn.equals(lastCommit);
    }

    /** The commit LSN of the transaction that was yielded in part; {@link Lsn#INVALID} when none was. */
    Lsn unfinished() {
        return lastOrdinal == ENDED ? Lsn.INVALID : lastCommit;
    }

    /** What comes from here on was not yielded, whatever its place. */
    void restart() {
        lastCommit = Lsn.INVALID;
        lastOrdinal = ENDED;
    }

    /** Whether nothing of the transaction was yielded. */
    boolean isNew(Lsn commitLsn) {
        return commitLsn.isAfter(lastCommit);
    }

    /** Whether a change of the transaction that is being received is still to be yielded. */
    boolean isNew(int ordinal) {
        return ordinal > lastOrdinal;
    }

    void begin(Lsn commitLsn) {
        lastCommit = commitLsn;
        lastOrdinal = BEGUN;
    }

    void event(int ordinal) {
        lastOrdinal = ordinal;
    }

    void end() {
        lastOrdinal = ENDED;
    }
}
