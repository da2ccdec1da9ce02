package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * Adds transactions of its own between those of a replication stream, and follows what the stream delivers to do so.
 * Confined to the subscription's event loop.
 */
public interface BetweenTransactions {

    /** Adds nothing. */
    BetweenTransactions NOTHING = new BetweenTransactions() {
        @Override
        public void streamed(TransactionSignal signal) {
            // Nobody follows.
        }

        @Override
        public void reached(Lsn walEnd) {
            // Nobody waits.
        }

        @Override
        public @Nullable TransactionSignal next() {
            return null;
        }

        @Override
        public boolean isOpen() {
            return false;
        }

        @Override
        public boolean isWaiting() {
            return false;
        }

        @Override
        public void acknowledged(SnapshotSlice slice) {
            // There is none.
        }
    };

    /** Each signal of the stream, in its order, before it is handed on. */
    void streamed(TransactionSignal signal);

    /** All that committed before this LSN has been streamed. */
    void reached(Lsn walEnd);

    /**
     * The next signal of an added transaction; null when there is none now. Called between two transactions of the stream,
     * and as long as {@link #isOpen()}.
     */
    @Nullable
    TransactionSignal next();

    /** Whether an added transaction has begun and not ended. */
    boolean isOpen();

    /** Whether such a transaction is open whose next signal has not come: the stream stands still until it has. */
    boolean isWaiting();

    /** The subscriber has acknowledged the added transaction, and all before it. */
    void acknowledged(SnapshotSlice slice);
}
