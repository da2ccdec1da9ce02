package io.walex.reactive.delivery;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.event.TransactionAssembler;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.replication.PayloadDecoder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Payloads to elements, by way of the transactions' signals: all of them, for {@link TransactionWindows} and middleware, or
 * events only, where a transaction's end counts as acknowledged when it is pulled.
 *
 * @param <T> the elements
 */
final class SignalDecoder<T> implements PayloadDecoder<T> {

    private final TransactionAssembler assembler;
    private final PreparedHolds holds;
    private final Function<? super TransactionSignal, ? extends @Nullable T> element;

    /**
     * Sets up the decoder.
     *
     * @param element makes the element of a signal; null when there is none
     */
    SignalDecoder(
            TransactionAssembler assembler,
            PreparedHolds holds,
            Function<? super TransactionSignal, ? extends @Nullable T> element) {
        this.assembler = assembler;
        this.holds = holds;
        this.element = element;
    }

    @Override
    public @Nullable T decode(ByteBuf payload, long walStart, long sentAt) {
        TransactionSignal signal = assembler.next(payload, walStart, sentAt);
        return signal == null ? null : elementOf(signal);
    }

    @Override
    public @Nullable T queued() {
        for (TransactionSignal signal = assembler.queued(); signal != null; signal = assembler.queued()) {
            T yielded = elementOf(signal);
            if (yielded != null) {
                return yielded;
            }
        }
        return null;
    }

    private @Nullable T elementOf(TransactionSignal signal) {
        TransactionSignal other = holds.take(signal);
        return other == null ? null : element.apply(other);
    }

    @Override
    public boolean isBlocked() {
        return assembler.isBlocked();
    }
}
