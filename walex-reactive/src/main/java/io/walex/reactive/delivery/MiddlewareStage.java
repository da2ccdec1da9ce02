package io.walex.reactive.delivery;

import io.netty.channel.EventLoop;
import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Gap;
import io.walex.reactive.event.SignalCodec;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.Acknowledgements;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * One subscription's middleware. There are two accounts of transactions: what the server may forget, on the side of the
 * replication stream, and what downstream has acknowledged, on the other; the middleware carries between them. State is
 * confined to the event loop.
 */
public final class MiddlewareStage implements Middleware.Link {

    private static final int PREFETCH = 16;

    /** How long what is in the middleware at a graceful end may be asked for. */
    private static final Duration LAST_DEMAND = Duration.ofSeconds(2);

    private final WalExConfig config;
    private final Middleware middleware;
    private final EventLoop eventLoop;
    private final Acknowledgements received;
    private final Acknowledgements delivered;
    private final SignalCodec codec;
    private final ArrayDeque<Receipt> receipts = new ArrayDeque<>();
    private final PendingGaps gaps = new PendingGaps();
    private volatile Consumer<Lsn> listener = end -> {};
    private volatile Function<Middleware.Server, Mono<Void>> onConnected = server -> Mono.empty();
    private volatile Runnable onSlotMissing = () -> {};
    private volatile Mono<Void> closed = Mono.empty();
    private Runnable onProgress = () -> {};
    private Acknowledgements.@Nullable Ticket receiving;

    /**
     * Sets up the stage.
     *
     * @param received what the server is told
     */
    public MiddlewareStage(
            WalExConfig config,
            Middleware middleware,
            EventLoop eventLoop,
            Acknowledgements received,
            SignalCodec codec) {
        this.config = config;
        this.middleware = middleware;
        this.eventLoop = eventLoop;
        this.received = received;
        this.delivered = new Acknowledgements(eventLoop, this::acknowledged);
        this.codec = codec;
    }

    /** A transaction that was received whole. */
    private record Receipt(Lsn end, Acknowledgements.Ticket ticket) {}

    /** The signals behind the middleware, on the event loop. */
    private Flux<TransactionSignal> signals(Flux<TransactionSignal> replication, Mono<Void> ended) {
        Scheduler scheduler = Schedulers.fromExecutor(eventLoop);
        return Flux.defer(() -> middleware.apply(replication.doOnNext(this::receive), this))
                .publishOn(scheduler, PREFETCH)
                .doOnNext(this::deliver)
                .takeUntilOther(ended.then(Mono.delay(LAST_DEMAND, scheduler)));
    }

    public Flux<TransactionSignal> transactions(
            Flux<TransactionSignal> replication, Runnable onAcknowledged, Mono<Void> ended) {
        onProgress = onAcknowledged;
        return signals(replication, ended);
    }

    public Acknowledgements delivered() {
        return delivered;
    }

    /** Events only; an end that demand has passed acknowledges. */
    public Flux<Event> changes(Flux<TransactionSignal> replication, Mono<Void> ended) {
        TransactionEnds ends = new TransactionEnds(delivered);
        return signals(replication, ended).handle((signal, sink) -> {
            Event event = ends.eventOf(signal);
            if (event != null) {
                sink.next(event);
            }
        });
    }

    private void receive(TransactionSignal signal) {
        if (signal instanceof TransactionSignal.Begin begin) {
            gaps.received(begin);
            receiving = received.begin();
        } else if (signal instanceof TransactionSignal.End end && receiving != null) {
            receiving.end(end.endLsn());
            receipts.addLast(new Receipt(end.endLsn(), receiving));
            receiving = null;
        }
    }

    private void deliver(TransactionSignal signal) {
        if (signal instanceof TransactionSignal.Begin begin) {
            gaps.delivering(begin);
        }
    }

    /**
     * The slot was replaced. What is still in the middleware comes before that, and then downstream is told.
     *
     * @param telling run between the two, where what was delivered can no longer be confirmed
     */
    public void resumed(Gap gap, Runnable telling) {
        // The slot that could be told of them is gone.
        receipts.clear();
        receiving = null;
        gaps.add(() -> {
            telling.run();
            delivered.restartAt(gap.until());
        });
    }

    private void acknowledged() {
        // First: progress may be what a cancelled stream waited for.
        listener.accept(delivered.flushed());
        onProgress.run();
    }

    /** Completes when the middleware takes what comes from there. */
    public Mono<Void> connectedTo(Middleware.Server server) {
        return Mono.defer(() -> onConnected.apply(server));
    }

    @Override
    public WalExConfig config() {
        return config;
    }

    @Override
    public void onConnected(Function<Middleware.Server, Mono<Void>> told) {
        onConnected = told;
    }

    public void slotMissing() {
        onSlotMissing.run();
    }

    @Override
    public void onSlotMissing(Runnable check) {
        onSlotMissing = check;
    }

    /** Completes when the middleware holds nothing any more; asked when its signals have ended or were cancelled. */
    public Mono<Void> closed() {
        return Mono.defer(() -> closed);
    }

    @Override
    public void awaitClosed(Mono<Void> told) {
        closed = Mono.whenDelayError(closed, told);
    }

    @Override
    public SignalCodec codec() {
        return codec;
    }

    @Override
    public void onAcknowledged(Consumer<Lsn> told) {
        listener = told;
    }

    @Override
    public void confirm(Lsn end) {
        if (eventLoop.inEventLoop()) {
            // An end that is on its way must not overtake it.
            confirmNow(end);
            return;
        }
        try {
            eventLoop.execute(() -> confirmNow(end));
        } catch (RejectedExecutionException ended) {
            // The subscription is over: the slot will send the transactions again to whoever comes next.
        }
    }

    private void confirmNow(Lsn end) {
        for (Receipt first = receipts.peekFirst();
                first != null && !first.end.isAfter(end);
                first = receipts.peekFirst()) {
            receipts.removeFirst();
            first.ticket.acknowledgeNow();
        }
    }
}
