package io.walex.reactive.delivery;

import io.walex.reactive.config.Middleware;
import io.walex.reactive.event.BetweenTransactions;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Gap;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.TransactionAssembler;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.replication.Acknowledgements;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Nothing in between: what the subscriber acknowledges, the server may forget. */
record DirectStage(
        TransactionAssembler assembler,
        PreparedHolds holds,
        Acknowledgements delivered,
        BetweenTransactions added,
        DeliveryCounts counts,
        BooleanSupplier paused)
        implements Stage {

    @Override
    public Flux<Event> changes(Delivery.Source replication, Mono<Void> ended) {
        return replication.stream(new SignalDecoder<>(
                assembler, holds, added, paused, new TransactionEnds(delivered, this::acknowledged, counts)::passed));
    }

    @Override
    public Flux<TransactionSignal> signals(Delivery.Source replication, Mono<Void> ended) {
        return replication.stream(new SignalDecoder<>(assembler, holds, added, paused, Function.identity()));
    }

    @Override
    public void acknowledged(SnapshotSlice slice) {
        added.acknowledged(slice);
    }

    @Override
    public Mono<Void> connectedTo(Middleware.Server server) {
        return Mono.empty();
    }

    @Override
    public void slotMissing() {
        // A new one begins where it is made, as the configuration says.
    }

    @Override
    public void resumed(Gap gap, Runnable report) {
        report.run();
    }

    @Override
    public void finishedElsewhere(String what) {
        // The subscriber is told; nobody else has a part of it.
    }

    @Override
    public void goOn() {
        // What was not decoded is, once the connection goes on.
    }

    @Override
    public Mono<Void> closed() {
        return Mono.empty();
    }
}
