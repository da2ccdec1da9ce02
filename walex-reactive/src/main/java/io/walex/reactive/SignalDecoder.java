package io.walex.reactive;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.event.TransactionAssembler;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.replication.PayloadDecoder;
import org.jspecify.annotations.Nullable;

/** Yields everything, for {@link TransactionWindows}. */
record SignalDecoder(TransactionAssembler assembler) implements PayloadDecoder<TransactionSignal> {

    @Override
    public @Nullable TransactionSignal decode(ByteBuf payload, long walStart, long sentAt) {
        return assembler.next(payload, walStart, sentAt);
    }

    @Override
    public @Nullable TransactionSignal queued() {
        return assembler.queued();
    }
}
