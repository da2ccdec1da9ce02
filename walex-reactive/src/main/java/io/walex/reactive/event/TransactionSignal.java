package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
     * @param slice of a snapshot, which is no transaction of the server: {@code commitLsn} is that of the transaction before
     *     it, and {@code xid} is 0; null for others
     */
    record Begin(
            Lsn commitLsn,
            Instant commitTimestamp,
            int xid,
            @Nullable String gid,
            @Nullable ReplicationOrigin origin,
            @Nullable SnapshotSlice slice)
            implements TransactionSignal {

        /** Of a transaction that started here. */
        public Begin(Lsn commitLsn, Instant commitTimestamp, int xid, @Nullable String gid) {
            this(commitLsn, commitTimestamp, xid, gid, null);
        }

        /** Of a transaction of the server. */
        public Begin(
                Lsn commitLsn,
                Instant commitTimestamp,
                int xid,
                @Nullable String gid,
                @Nullable ReplicationOrigin origin) {
            this(commitLsn, commitTimestamp, xid, gid, origin, null);
        }

        /** Of a slice of a snapshot. Its time has the microseconds of PostgreSQL's clock, as those of transactions have. */
        public Begin(Lsn after, Instant readAt, SnapshotSlice slice) {
            this(after, readAt.truncatedTo(ChronoUnit.MICROS), 0, null, null, slice);
        }

        Begin from(@Nullable ReplicationOrigin origin) {
            return new Begin(commitLsn, commitTimestamp, xid, gid, origin, slice);
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
