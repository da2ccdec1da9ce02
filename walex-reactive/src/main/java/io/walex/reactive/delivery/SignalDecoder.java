package io.walex.reactive.delivery;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.event.TransactionAssembler;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.replication.PayloadDecoder;
import org.jspecify.annotations.Nullable;

/** Yields transactions' boundaries and events, for {@link TransactionWindows}. */
public final class SignalDecoder implements PayloadDecoder<TransactionSignal> {

    private final TransactionAssembler assembler;
    private final PreparedHolds holds;

    public SignalDecoder(TransactionAssembler assembler, PreparedHolds holds) {
        this.assembler = assembler;
        this.holds = holds;
    }

    @Override
    public @Nullable TransactionSignal decode(ByteBuf payload, long walStart, long sentAt) {
        TransactionSignal signal = assembler.next(payload, walStart, sentAt);
        return signal == null ? null : holds.take(signal);
    }

    @Override
    public @Nullable TransactionSignal queued() {
        for (TransactionSignal signal = assembler.queued(); signal != null; signal = assembler.queued()) {
            TransactionSignal yielded = holds.take(signal);
            if (yielded != null) {
                return yielded;
            }
        }
        return null;
    }

    @Override
    public boolean isBlocked() {
        return assembler.isBlocked();
    }
}
