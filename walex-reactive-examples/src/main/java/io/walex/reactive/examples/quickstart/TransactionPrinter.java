package io.walex.reactive.examples.quickstart;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.Transaction;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Prints transactions on a thread of its own, so that whoever reads slowly, or not at all, holds up no event loop, and
 * acknowledges those that were printed whole.
 */
final class TransactionPrinter implements AutoCloseable {

    private static final int PREFETCH = 256;

    private final JsonLines lines;
    private final long maxEvents;
    private final Scheduler writer = Schedulers.newSingle("quickstart-lines", true);
    private long printed;

    TransactionPrinter(JsonLines lines, long maxEvents) {
        this.lines = lines;
        this.maxEvents = maxEvents;
    }

    /** Completes when there were enough events. */
    Mono<Void> print(Flux<Transaction> transactions) {
        return transactions
                .concatMap(this::print, 0)
                .takeUntil(whole -> !whole || printed == maxEvents)
                .then();
    }

    /** Asks for the transaction's end even after the last event that is wanted: it may be the transaction's last, too. */
    private Mono<Boolean> print(Transaction transaction) {
        return transaction.events().publishOn(writer, PREFETCH).all(this::print).doOnNext(whole -> {
            if (whole) {
                transaction.acknowledge();
            }
        });
    }

    /** Whether it was wanted. */
    private boolean print(Event event) {
        if (printed == maxEvents) {
            return false;
        }
        lines.write(event);
        printed++;
        return true;
    }

    /** Does not wait for a write that nobody takes. */
    @Override
    public void close() {
        writer.dispose();
    }
}
