package io.walex.reactive.handler;

import io.walex.reactive.WalEx;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Handles the transactions of one stream. Events are read in stream order, one transaction after the other, and their work
 * is submitted in that order; the work itself may last beyond the next transactions.
 */
final class HandlerRun {

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
        HandlerCheck check = new HandlerCheck(walex.config(), handlers.registrations());
        return walex.transactions()
                .contextWrite(check::in)
                .flatMap(this::handle, transactionsInFlight, 1)
                .then();
    }

    private Mono<Void> handle(Transaction transaction) {
        List<RunningHandler.Batch> batches =
                runningHandlers().stream().map(RunningHandler::batch).toList();
        return transaction
                .events()
                .concatMap(event -> offer(event, batches), 0)
                .then(Mono.defer(() -> Mono.when(
                        batches.stream().map(RunningHandler.Batch::flush).toList())))
                .then(Mono.<Void>fromRunnable(transaction::acknowledge))
                // The instance was closed: the transaction comes again.
                .onErrorResume(CancellationException.class, closed -> Mono.empty());
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
