package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;
import java.time.Instant;

/** What the assembler yields, in stream order: the start of a transaction, its events, its end. */
public sealed interface TransactionSignal permits TransactionSignal.Begin, TransactionSignal.End, Event {

    /**
     * A transaction starts. All its events share this instance.
     *
     * @param commitLsn its commit LSN, known from the start
     * @param commitTimestamp the server's clock at commit
     * @param xid 0 for a non-transactional logical message, which makes a transaction of its own
     */
    record Begin(Lsn commitLsn, Instant commitTimestamp, int xid) implements TransactionSignal {}

    /**
     * The transaction is whole.
     *
     * @param endLsn where a slot may restart to skip it
     */
    record End(Begin begin, Lsn endLsn) implements TransactionSignal {}
}
