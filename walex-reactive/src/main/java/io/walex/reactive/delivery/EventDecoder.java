package io.walex.reactive.delivery;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.TransactionAssembler;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.replication.Acknowledgements;
import io.walex.reactive.replication.PayloadDecoder;
import org.jspecify.annotations.Nullable;

/**
 * Yields events only. A transaction's end is pulled when demand goes past its last event, and that is when it counts as
 * acknowledged.
 */
public final class EventDecoder implements PayloadDecoder<Event> {

    private final TransactionAssembler assembler;
    private final PreparedHolds holds;
    private final TransactionEnds ends;

    public EventDecoder(TransactionAssembler assembler, PreparedHolds holds, Acknowledgements acknowledgements) {
        this.assembler = assembler;
        this.ends = new TransactionEnds(acknowledgements);
        this.holds = holds;
    }

    @Override
    public @Nullable Event decode(ByteBuf payload, long walStart, long sentAt) {
        TransactionSignal signal = assembler.next(payload, walStart, sentAt);
        return signal == null ? null : eventOf(signal);
    }

    @Override
    public @Nullable Event queued() {
        for (TransactionSignal signal = assembler.queued(); signal != null; signal = assembler.queued()) {
            Event event = eventOf(signal);
            if (event != null) {
                return event;
            }
        }
        return null;
    }

    @Override
    public boolean isBlocked() {
        return assembler.isBlocked();
    }

    private @Nullable Event eventOf(TransactionSignal signal) {
        if (signal instanceof Event event) {
            return event;
        }
        TransactionSignal other = holds.take(signal);
        return other == null ? null : ends.eventOf(other);
    }
}
