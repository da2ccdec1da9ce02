package io.walex.reactive.delivery;

import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.SlotInvalidatedException;
import io.walex.reactive.event.BetweenTransactions;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Gap;
import io.walex.reactive.event.SignalCodec;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.TransactionAssembler;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.Acknowledgements;
import io.walex.reactive.replication.SubscriptionLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One subscription's middleware. There are two accounts of transactions: what the server may forget, on the side of the
 * replication stream, and what downstream has acknowledged, on the other; the middleware carries between them. State is
 * confined to the event loop.
 */
final class MiddlewareStage implements Stage, Middleware.Link {

    private static final int PREFETCH = 16;

    /** How long what is in the middleware at a graceful end may be asked for. */
    private static final Duration LAST_DEMAND = Duration.ofSeconds(2);

    private final WalExConfig config;
    private final Middleware middleware;
    private final SubscriptionLoop loop;
    private final Acknowledgements received;
    private final Acknowledgements delivered;
    private final SignalCodec codec;
    private final ArrayDeque<Receipt> receipts = new ArrayDeque<>();
    private final PendingGaps gaps = new PendingGaps();
    private volatile Consumer<Lsn> listener = end -> {};
    private volatile Consumer<SnapshotSlice> sliceListener = slice -> {};
    private volatile Function<Middleware.Server, Mono<Void>> onConnected = server -> Mono.empty();
    private volatile Runnable onSlotMissing = () -> {};
    private volatile Mono<Void> closed = Mono.empty();
    private final TransactionAssembler assembler;
    private final PreparedHolds holds;
    private final BetweenTransactions added;
    private final Runnable onProgress;
    private final DeliveryCounts counts;
    private final BooleanSupplier paused;
    private volatile @Nullable PauseGate<TransactionSignal> gate;
    private Acknowledgements.@Nullable Ticket receiving;

    /**
     * Sets up the stage.
     *
     * @param holds count as received what waits for its outcome, in what the server is told
     * @param added what comes between the server's transactions
     * @param received what the server is told
     * @param counts of what is delivered
     * @param paused whether downstream is to get nothing for now; what the middleware asks for comes nevertheless
     * @param onProgress called on the event loop when downstream has acknowledged
     */
    MiddlewareStage(
            WalExConfig config,
            Middleware middleware,
            SubscriptionLoop loop,
            TransactionAssembler assembler,
            PreparedHolds holds,
            BetweenTransactions added,
            Acknowledgements received,
            SignalCodec codec,
            DeliveryCounts counts,
            BooleanSupplier paused,
            Runnable onProgress) {
        this.config = config;
        this.middleware = middleware;
        this.loop = loop;
        this.assembler = assembler;
        this.holds = holds;
        this.added = added;
        this.received = received;
        this.delivered = new Acknowledgements(loop, this::acknowledged);
        this.codec = codec;
        this.counts = counts;
        this.paused = paused;
        this.onProgress = onProgress;
    }

    /** A transaction that was received whole. */
    private record Receipt(Lsn end, Acknowledgements.Ticket ticket) {}

    @Override
    public Flux<TransactionSignal> signals(Delivery.Source replication, Mono<Void> ended) {
        return gated(Flux.defer(() -> middleware.apply(received(replication), this))
                        .publishOn(loop.scheduler(), PREFETCH))
                .doOnNext(this::deliver)
                .takeUntilOther(ended.then(Mono.delay(LAST_DEMAND, loop.scheduler())));
    }

    private Flux<TransactionSignal> gated(Flux<TransactionSignal> signals) {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super TransactionSignal> actual) {
                PauseGate<TransactionSignal> opened = new PauseGate<>(actual, loop::run, paused);
                gate = opened;
                signals.subscribe(opened);
            }
        };
    }

    @Override
    public void goOn() {
        PauseGate<TransactionSignal> opened = gate;
        if (opened != null) {
            opened.goOn();
        }
    }

    private Flux<TransactionSignal> received(Delivery.Source replication) {
        return replication.stream(new SignalDecoder<>(
                        assembler, holds, added, () -> false, Function.<TransactionSignal>identity()))
                .doOnNext(this::receive);
    }

    @Override
    public Acknowledgements delivered() {
        return delivered;
    }

    @Override
    public Flux<Event> changes(Delivery.Source replication, Mono<Void> ended) {
        TransactionEnds ends = new TransactionEnds(delivered, this::acknowledged, counts);
        return signals(replication, ended).handle((signal, sink) -> {
            Event event = ends.passed(signal);
            if (event != null) {
                sink.next(event);
            }
        });
    }

    private void receive(TransactionSignal signal) {
        if (signal instanceof TransactionSignal.Begin begin) {
            gaps.received(begin);
            // The server knows nothing of slices.
            receiving = begin.slice() == null ? received.begin() : null;
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

    /** What was delivered before can no longer be confirmed, since the slot that could be told of it is gone. */
    @Override
    public void resumed(Gap gap, Runnable report) {
        receipts.clear();
        receiving = null;
        gaps.add(() -> {
            report.run();
            delivered.restartAt(gap.until());
        });
    }

    /** It has received a part, and the rest cannot be had. */
    @Override
    public void finishedElsewhere(String what) {
        throw new SlotInvalidatedException(
                what + "; start a new subscription, since the middleware has received a part of it", null);
    }

    private void acknowledged() {
        // First: progress may be what a cancelled stream waited for.
        listener.accept(delivered.flushed());
        onProgress.run();
    }

    @Override
    public void acknowledged(SnapshotSlice slice) {
        sliceListener.accept(slice);
        added.acknowledged(slice);
    }

    @Override
    public Mono<Void> connectedTo(Middleware.Server server) {
        return Mono.defer(() -> onConnected.apply(server));
    }

    @Override
    public WalExConfig config() {
        return config;
    }

    @Override
    public void onConnected(Function<Middleware.Server, Mono<Void>> action) {
        onConnected = action;
    }

    @Override
    public void slotMissing() {
        onSlotMissing.run();
    }

    @Override
    public void onSlotMissing(Runnable check) {
        onSlotMissing = check;
    }

    @Override
    public Mono<Void> closed() {
        return Mono.defer(() -> closed);
    }

    @Override
    public void awaitClosed(Mono<Void> closing) {
        closed = Mono.whenDelayError(closed, closing);
    }

    @Override
    public SignalCodec codec() {
        return codec;
    }

    @Override
    public void onAcknowledged(Consumer<Lsn> action) {
        listener = action;
    }

    @Override
    public void onSliceAcknowledged(Consumer<SnapshotSlice> action) {
        sliceListener = action;
    }

    @Override
    public void confirm(Lsn end) {
        // At once when on the loop: an end that is on its way must not overtake it.
        loop.run(() -> confirmNow(end));
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
