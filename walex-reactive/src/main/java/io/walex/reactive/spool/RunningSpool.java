package io.walex.reactive.spool;

import io.walex.reactive.config.Middleware;
import io.walex.reactive.event.TransactionSignal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** One subscription's spool: a writer, a reader, and the store between them. */
final class RunningSpool {

    private static final Logger LOG = LoggerFactory.getLogger(RunningSpool.class);

    private final SpoolStore store;
    private final Middleware.Link link;
    private final Scheduler writing;
    private final Scheduler reading;
    private final Sinks.Many<Long> appended = Sinks.many().replay().latest();
    private final SpoolReader reader;
    private final SpoolWriter writer;
    private final Mono<Void> close = Mono.defer(this::closeNow).cache();

    RunningSpool(SpoolStore store, Middleware.Link link, long maxBytes) {
        String name = "walex-" + link.config().name() + "-spool";
        this.store = store;
        this.link = link;
        this.writing = Schedulers.newSingle(name + "-write", true);
        this.reading = Schedulers.newSingle(name + "-read", true);
        AcknowledgedChunks delivered = new AcknowledgedChunks();
        this.writer = new SpoolWriter(
                store,
                link.codec().writer(),
                maxBytes,
                writing.createWorker(),
                delivered,
                this::announce,
                link::confirm);
        this.reader =
                new SpoolReader(store, link.codec().reader(), delivered, reading, appended.asFlux(), writer::read);
        LOG.info(
                "{} opened its spool: {} bytes wait in it",
                link.config().name(),
                store.written().chunk() > store.acknowledged().chunk() ? store.keptBytes() : 0);
    }

    Flux<TransactionSignal> through(Flux<TransactionSignal> signals) {
        link.awaitClosed(close);
        link.onAcknowledged(writer::acknowledged);
        link.onSliceAcknowledged(writer::acknowledged);
        SpoolHistory history = new SpoolHistory(store);
        link.onConnected(server -> history.requireContinuedBy(server).then(Mono.fromRunnable(this::announce)));
        link.onSlotMissing(() -> history.requireNone(link.config()));
        return reader.signals().takeUntilOther(writer.end()).doOnSubscribe(subscription -> signals.subscribe(writer));
    }

    /** Reading starts with the first connection: it takes the server's types. */
    private synchronized void announce() {
        appended.tryEmitNext(store.appended());
    }

    /** Ends reading and writing, and closes the store; once. Never fails. */
    Mono<Void> close() {
        return close;
    }

    private Mono<Void> closeNow() {
        return Mono.fromRunnable(writer::cancel)
                .then(Mono.when(writing.disposeGracefully(), reading.disposeGracefully()))
                .then(Mono.<Void>fromRunnable(store::close).subscribeOn(Schedulers.boundedElastic()))
                .doOnError(error ->
                        LOG.warn("The spool of {} was not closed", link.config().name(), error))
                .onErrorComplete();
    }
}
