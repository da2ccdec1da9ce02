package io.walex.reactive;

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
final class EventDecoder implements PayloadDecoder<Event> {

    private final TransactionAssembler assembler;
    private final Acknowledgements acknowledgements;
    private Acknowledgements.@Nullable Ticket current;

    EventDecoder(TransactionAssembler assembler, Acknowledgements acknowledgements) {
        this.assembler = assembler;
        this.acknowledgements = acknowledgements;
    }

    @Override
    public @Nullable Event decode(ByteBuf payload, long walStart, long sentAt) {
        return eventOf(assembler.next(payload, walStart, sentAt));
    }

    @Override
    public @Nullable Event queued() {
        TransactionSignal signal = assembler.queued();
        while (signal != null) {
            Event event = eventOf(signal);
            if (event != null) {
                return event;
            }
            signal = assembler.queued();
        }
        return null;
    }

    private @Nullable Event eventOf(@Nullable TransactionSignal signal) {
        if (signal instanceof Event event) {
            return event;
        }
        if (signal instanceof TransactionSignal.Begin) {
            current = acknowledgements.begin();
        } else if (signal instanceof TransactionSignal.End end && current != null) {
            current.endAcknowledged(end.endLsn());
            current = null;
        }
        return null;
    }
}
