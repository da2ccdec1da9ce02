package io.walex.reactive.snapshot;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.TransactionSignal;
import org.jspecify.annotations.Nullable;

/** A transaction that a snapshot adds to the stream. */
interface AddedTransaction {

    TransactionSignal.Begin begin();

    /** Null at its end. */
    @Nullable
    Event next();
}
