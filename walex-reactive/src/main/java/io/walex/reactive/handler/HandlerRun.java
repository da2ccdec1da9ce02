package io.walex.reactive.handler;

import io.walex.reactive.WalEx;
import io.walex.reactive.error.TransactionAbandonedException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Handles the transactions of one stream. Events are read in stream order, one transaction after the other, and their work
 * is submitted in that order; the work itself may last beyond the next transactions.
 */
final class HandlerRun {

    private static final Logger LOG = LoggerFactory.getLogger(Handlers.class);

    private final Handlers handlers;
    private final WalEx walex;
    private final Scheduler threads;
    private final int chunkSize;

    /** Touched by one transaction at a time: while its events are read, the next one is not there. */
    private List<Registration> current = List.of();

    private Map<Registration, RunningHandler> running = new HashMap<>();

    HandlerRun(Handlers handlers, WalEx walex, Scheduler threads, int chunkSize) {
        this.handlers = handlers;
        this.walex = walex;
        this.threads = threads;
        this.chunkSize = chunkSize;
    }

    Mono<Void> run(int transactionsInFlight) {
        return run(transactionsInFlight, this::handle);
    }

    /**
     * The same, until it is to stop. A transaction that was asked for already is left alone then: nobody consumes it, so none
     * comes behind it, and the stream stays open for the acknowledgements of those in work.
     */
    Mono<Void> runUntil(int transactionsInFlight, Publisher<?> stop) {
        WorkInFlight work = new WorkInFlight();
        Mono<Void> end = Flux.from(stop)
                .take(1)
                .onErrorComplete()
                .then(Mono.defer(work::drain))
                .then(walex.closeGracefully());
        return Mono.firstWithSignal(
                run(transactionsInFlight, transaction -> work.include(handle(transaction))), end.then(Mono.never()));
    }

    private Mono<Void> run(int transactionsInFlight, Function<Transaction, Mono<Void>> handling) {
        HandlerCheck check = new HandlerCheck(walex, handlers);
        return walex.transactions()
                .contextWrite(check::in)
                .flatMap(handling, transactionsInFlight, 1)
                .then();
    }

    private Mono<Void> handle(Transaction transaction) {
        List<RunningHandler.Batch> batches =
                runningHandlers().stream().map(RunningHandler::batch).toList();
        return transaction
                .events()
                .map(event -> offer(event, batches))
                .concatWith(Mono.fromSupplier(() -> finish(transaction, batches)))
                // What has begun is finished; a handler's turn passes to the next transaction then.
                .onErrorResume(TransactionAbandonedException.class, reason -> leave(transaction, reason))
                .concatMap(work -> work, 0)
                .then()
                // The instance was closed: the transaction comes again.
                .onErrorResume(CancellationException.class, closed -> Mono.empty());
    }

    private static Mono<Void> finish(Transaction transaction, List<RunningHandler.Batch> batches) {
        return Mono.when(batches.stream().map(RunningHandler.Batch::flush).toList())
                .then(Mono.fromRunnable(transaction::acknowledge));
    }

    private Flux<Mono<Void>> leave(Transaction transaction, TransactionAbandonedException reason) {
        LOG.warn("{}: {} was handled only in part: {}", walex.config().name(), transaction, reason.getMessage());
        return Flux.empty();
    }

    private static Mono<Void> offer(Event event, List<RunningHandler.Batch> batches) {
        List<Mono<Void>> due = new ArrayList<>(0);
        for (RunningHandler.Batch batch : batches) {
            Mono<Void> work = batch.offer(event);
            if (work != null) {
                due.add(work);
            }
        }
        return due.isEmpty() ? Mono.empty() : Mono.when(due);
    }

    /** The handlers that are registered now, in their order; those that were there before go on where they were. */
    private List<RunningHandler> runningHandlers() {
        List<Registration> registered = handlers.registrations();
        if (!registered.equals(current)) {
            Map<Registration, RunningHandler> next = new HashMap<>();
            for (Registration each : registered) {
                RunningHandler known = running.get(each);
                next.put(each, known == null ? new RunningHandler(each, chunkSize, threads) : known);
            }
            running = next;
            current = registered;
        }
        return registered.stream()
                .map(each -> Objects.requireNonNull(running.get(each)))
                .toList();
    }
}
