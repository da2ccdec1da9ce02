package io.walex.reactive.delivery;

import io.walex.reactive.config.Middleware;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Gap;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.replication.Acknowledgements;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What stands between a subscription's replication stream and its subscriber: a middleware, or nothing. */
sealed interface Stage permits DirectStage, MiddlewareStage {

    /** What the subscriber has acknowledged. */
    Acknowledgements delivered();

    /** The subscriber has acknowledged the slice of a snapshot, and all before it; on the event loop. */
    void acknowledged(SnapshotSlice slice);

    /** Events only; an end that demand has passed acknowledges. */
    Flux<Event> changes(Delivery.Source replication, Mono<Void> ended);

    /** All signals. */
    Flux<TransactionSignal> signals(Delivery.Source replication, Mono<Void> ended);

    /** Completes when this takes what comes from there. */
    Mono<Void> connectedTo(Middleware.Server server);

    /** The slot does not exist, and is about to be made. */
    void slotMissing();

    /**
     * The slot was replaced. What was received before comes first, and then downstream is told.
     *
     * @param report run between the two
     */
    void resumed(Gap gap, Runnable report);

    /**
     * Another consumer has processed the rest of the transaction that was received in part.
     *
     * @param what happened
     */
    void finishedElsewhere(String what);

    /** A pause is over; on the event loop. */
    void goOn();

    /** Completes when nothing is held any more; asked when the signals have ended or were cancelled. */
    Mono<Void> closed();
}
