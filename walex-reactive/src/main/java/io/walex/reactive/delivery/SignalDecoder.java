package io.walex.reactive.delivery;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.event.BetweenTransactions;
import io.walex.reactive.event.TransactionAssembler;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.PayloadDecoder;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Payloads to elements, by way of the transactions' signals: all of them, for {@link TransactionWindows} and middleware, or
 * events only, where a transaction's end counts as acknowledged when it is pulled.
 *
 * <p>What is added between the server's transactions has its turn when one has ended, and when the server sends nothing:
 * one added transaction at a time, so that no change waits for more.
 *
 * @param <T> the elements
 */
final class SignalDecoder<T> implements PayloadDecoder<T> {

    private final TransactionAssembler assembler;
    private final PreparedHolds holds;
    private final BetweenTransactions added;
    private final BooleanSupplier paused;
    private final Function<? super TransactionSignal, ? extends @Nullable T> element;

    /** A transaction has ended, and nothing was added since. */
    private boolean ended;

    /**
     * Sets up the decoder.
     *
     * @param added what comes between the server's transactions
     * @param paused whether there is to be no element for now
     * @param element makes the element of a signal; null when there is none
     */
    SignalDecoder(
            TransactionAssembler assembler,
            PreparedHolds holds,
            BetweenTransactions added,
            BooleanSupplier paused,
            Function<? super TransactionSignal, ? extends @Nullable T> element) {
        this.assembler = assembler;
        this.holds = holds;
        this.added = added;
        this.paused = paused;
        this.element = element;
    }

    @Override
    public @Nullable T decode(ByteBuf payload, long walStart, long sentAt) {
        TransactionSignal signal = assembler.next(payload, walStart, sentAt);
        return signal == null ? null : elementOf(signal);
    }

    @Override
    public @Nullable T queued() {
        if (paused.getAsBoolean()) {
            return null;
        }
        if (added.isOpen()) {
            T yielded = nextAdded();
            if (yielded != null || added.isOpen()) {
                return yielded;
            }
        }
        for (TransactionSignal signal = assembler.queued(); signal != null; signal = assembler.queued()) {
            T yielded = elementOf(signal);
            if (yielded != null) {
                return yielded;
            }
        }
        return ended && isBetween() ? nextAdded() : null;
    }

    @Override
    public @Nullable T idle() {
        return isBetween() && !paused.getAsBoolean() ? nextAdded() : null;
    }

    private boolean isBetween() {
        return assembler.unfinished().equals(Lsn.INVALID);
    }

    /** The next element of one added transaction; null when there is none now, or at its end. */
    private @Nullable T nextAdded() {
        ended = false;
        do {
            TransactionSignal signal = added.next();
            T yielded = signal == null ? null : element.apply(signal);
            if (signal == null || yielded != null) {
                return yielded;
            }
        } while (added.isOpen());
        return null;
    }

    private @Nullable T elementOf(TransactionSignal signal) {
        TransactionSignal other = holds.take(signal);
        if (other == null) {
            return null;
        }
        added.streamed(other);
        ended = other instanceof TransactionSignal.End;
        return element.apply(other);
    }

    @Override
    public void reached(long walEnd) {
        added.reached(Lsn.of(walEnd));
    }

    @Override
    public boolean isBlocked() {
        return paused.getAsBoolean() || assembler.isBlocked() || added.isWaiting();
    }
}
