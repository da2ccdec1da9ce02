package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the assembler yields, in stream order: the start of a transaction, its events, its end. */
public sealed interface TransactionSignal
        permits TransactionSignal.Begin,
                TransactionSignal.End,
                TransactionSignal.Hold,
                TransactionSignal.Release,
                Event {

    /**
     * A transaction starts. All its events share this instance.
     *
     * @param commitLsn its commit LSN, known from the start
     * @param commitTimestamp the server's clock at commit
     * @param xid 0 for a non-transactional logical message, which makes a transaction of its own
     * @param gid the global identifier of a two-phase transaction
     * @param origin where it was replicated from; null when it started here
     */
    record Begin(
            Lsn commitLsn,
            Instant commitTimestamp,
            int xid,
            @Nullable String gid,
            @Nullable ReplicationOrigin origin) implements TransactionSignal {

        /** Of a transaction that started here. */
        public Begin(Lsn commitLsn, Instant commitTimestamp, int xid, @Nullable String gid) {
            this(commitLsn, commitTimestamp, xid, gid, null);
        }

        Begin from(@Nullable ReplicationOrigin origin) {
            return new Begin(commitLsn, commitTimestamp, xid, gid, origin);
        }
    }

    /**
     * The transaction is whole.
     *
     * @param endLsn where a slot may restart to skip it
     */
    record End(Begin begin, Lsn endLsn) implements TransactionSignal {}

    /**
     * A prepared transaction is kept here until its outcome: nothing from here on may be confirmed to the slot.
     *
     * @param prepareLsn tells transactions with the same gid apart
     */
    record Hold(String gid, Lsn prepareLsn) implements TransactionSignal {}

    /**
     * The outcome has come, and there is nothing more to yield of the transaction. If its start was yielded, it has to
     * be acknowledged like any other before the slot may go on.
     */
    record Release(String gid) implements TransactionSignal {}
}
