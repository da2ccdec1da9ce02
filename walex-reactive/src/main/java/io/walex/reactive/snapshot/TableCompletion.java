package io.walex.reactive.snapshot;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.TransactionSignal;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tells that a table is complete. */
final class TableCompletion implements AddedTransaction {

    private final TransactionSignal.Begin begin;
    private @Nullable Event event;

    TableCompletion(TransactionSignal.Begin begin, Function<TransactionSignal.Begin, Event> event) {
        this.begin = begin;
        this.event = event.apply(begin);
    }

    @Override
    public TransactionSignal.Begin begin() {
        return begin;
    }

    @Override
    public @Nullable Event next() {
        Event told = event;
        event = null;
        return told;
    }
}
