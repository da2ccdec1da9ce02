package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;

/**
 * How far a subscription has been served, so that what a new connection sends again is recognised. Transactions come in
 * the order of their commit LSNs, and a slot restarts at a transaction's boundary.
 *
 * <p>Rows and messages each come in the order of their own LSNs. They are told apart, since of a message whose record ends
 * where a row's begins the server may send either first.
 */
final class Progress {

    private static final long BEGUN = -1;
    private static final long ENDED = Long.MAX_VALUE;

    private Lsn lastCommit = Lsn.INVALID;
    private long lastRow = ENDED;
    private long lastMessage = ENDED;

    /** Whether the transaction was yielded in part: it goes on without a new start. */
    boolean isUnfinished(Lsn commitLsn) {
        return lastRow != ENDED && commitLsn.equals(lastCommit);
    }

    /** The commit LSN of the transaction that was yielded in part; {@link Lsn#INVALID} when none was. */
    Lsn unfinished() {
        return lastRow == ENDED ? Lsn.INVALID : lastCommit;
    }

    /** What comes from here on was not yielded, whatever its place. */
    void restart() {
        lastCommit = Lsn.INVALID;
        end();
    }

    /** Whether nothing of the transaction was yielded. */
    boolean isNew(Lsn commitLsn) {
        return commitLsn.isAfter(lastCommit);
    }

    /** Whether a row of the transaction that is being received, or its outcome, is still to be yielded. */
    boolean isNewRow(long ordinal) {
        return ordinal > lastRow;
    }

    /** Whether a message of the transaction that is being received is still to be yielded. */
    boolean isNewMessage(Lsn lsn) {
        return lsn.value() > lastMessage;
    }

    /** The same of either. */
    boolean isNew(Event event) {
        return event.type() == EventType.MESSAGE ? isNewMessage(event.message().lsn()) : isNewRow(event.ordinal());
    }

    /** The ordinal of the row that was yielded last; negative before the first. */
    long lastRow() {
        return lastRow;
    }

    void begin(Lsn commitLsn) {
        lastCommit = commitLsn;
        lastRow = BEGUN;
        lastMessage = BEGUN;
    }

    void event(Event event) {
        if (event.type() == EventType.MESSAGE) {
            lastMessage = event.message().lsn().value();
        } else {
            lastRow = event.ordinal();
        }
    }

    void end() {
        lastRow = ENDED;
        lastMessage = ENDED;
    }
}
