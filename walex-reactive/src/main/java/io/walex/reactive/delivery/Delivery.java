package io.walex.reactive.delivery;

import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.TransactionAbandonedException;
import io.walex.reactive.event.BetweenTransactions;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Gap;
import io.walex.reactive.event.SignalCodec;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.event.TransactionAssembler;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.Acknowledgements;
import io.walex.reactive.replication.PayloadDecoder;
import io.walex.reactive.replication.SubscriptionLoop;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What one subscriber gets, and what of it counts as acknowledged. It lives as long as the subscription, across its
 * connections. Confined to the event loop, but for what says otherwise.
 */
public final class Delivery {

    private final WalExConfig config;
    private final SubscriptionLoop loop;
    private final TransactionAssembler assembler;
    private final Consumer<@Nullable Throwable> onEnded;
    private final Acknowledgements acknowledgements;
    private final PreparedHolds holds;
    private final DeliveryCounts counts;
    private final Stage stage;
    private final BooleanSupplier paused;

    /** The subscriber's transactions; null where it gets events. */
    private volatile @Nullable TransactionWindows windows;

    /** The replication stream, across reconnects. */
    @FunctionalInterface
    public interface Source {

        /** Connects when it is subscribed to. */
        <T> Flux<T> stream(PayloadDecoder<T> decoder);
    }

    /**
     * Sets up the delivery.
     *
     * @param added what comes between the server's transactions
     * @param codec for a middleware that keeps signals
     * @param counts of what is delivered
     * @param paused whether the subscriber is to get nothing for now; {@link #goOn} must follow when that ends
     * @param onEnded told how the subscriber's stream ended: null when it completed or was cancelled
     */
    public Delivery(
            WalExConfig config,
            SubscriptionLoop loop,
            TransactionAssembler assembler,
            BetweenTransactions added,
            SignalCodec codec,
            DeliveryCounts counts,
            BooleanSupplier paused,
            Consumer<@Nullable Throwable> onEnded) {
        this.config = config;
        this.loop = loop;
        this.assembler = assembler;
        this.onEnded = onEnded;
        this.counts = counts;
        this.paused = paused;
        Middleware middleware = config.middleware();
        acknowledgements = new Acknowledgements(loop, middleware == null ? this::advance : () -> {});
        holds = new PreparedHolds(acknowledgements);
        stage = middleware == null
                ? new DirectStage(assembler, holds, acknowledgements, added, counts, paused)
                : new MiddlewareStage(
                        config,
                        middleware,
                        loop,
                        assembler,
                        holds,
                        added,
                        acknowledgements,
                        codec,
                        counts,
                        paused,
                        this::advance);
    }

    /** What the subscriber was given. */
    public DeliveryCounts counts() {
        return counts;
    }

    /** What the subscriber has acknowledged. */
    public Acknowledgements acknowledged() {
        return stage.delivered();
    }

    /** A pause is over. The connection must go on after this. */
    public void goOn() {
        TransactionWindows opened = windows;
        if (opened != null) {
            opened.goOn();
        }
        stage.goOn();
    }

    /** What the server may forget. */
    public Acknowledgements acknowledgements() {
        return acknowledgements;
    }

    /**
     * The events.
     *
     * @param ended completes when the stream is to end gracefully
     */
    public Flux<Event> changes(Source replication, Mono<Void> ended) {
        return SubscriberErrors.signalled(reportingEnd(stage.changes(replication, ended)), onEnded);
    }

    /** The transactions; see {@link #changes}. */
    public Flux<Transaction> transactions(Source replication, Mono<Void> ended) {
        Flux<Transaction> transactions = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Transaction> actual) {
                var opened = new TransactionWindows(
                        actual,
                        loop,
                        stage.delivered(),
                        config.maxUnacknowledged(),
                        stage::acknowledged,
                        counts,
                        paused);
                windows = opened;
                reportingEnd(stage.signals(replication, ended)).subscribe(opened);
            }
        };
        return SubscriberErrors.signalled(transactions, onEnded);
    }

    private <T> Flux<T> reportingEnd(Flux<T> stream) {
        return stream.doOnError(onEnded)
                .doOnComplete(() -> onEnded.accept(null))
                .doOnCancel(() -> onEnded.accept(null));
    }

    private void advance() {
        counts.acknowledged(stage.delivered());
        TransactionWindows opened = windows;
        if (opened != null) {
            opened.advance();
        }
    }

    private void abandon(Throwable reason) {
        TransactionWindows opened = windows;
        if (opened != null) {
            opened.abandon(reason);
        }
    }

    /**
     * Runs this when the transaction that is in hand has ended. Within a pause, none does.
     *
     * @return false when none is, and so it was run at once
     */
    public boolean finish(Runnable then) {
        TransactionWindows opened = windows;
        if (opened == null) {
            then.run();
            return false;
        }
        return opened.finish(then);
    }

    /** Completes when a middleware takes what comes from this server. */
    public Mono<Void> connectedTo(Middleware.Server server) {
        return stage.connectedTo(server);
    }

    /** The slot does not exist, and is about to be made; fails where that must not be. */
    public void slotMissing() {
        stage.slotMissing();
    }

    /**
     * The stream begins, or goes on, on a new connection.
     *
     * @param from where the server starts
     */
    public void connected(Lsn from) {
        assembler.connected(from);
    }

    /** A new slot begins here, and nothing was delivered before. */
    public void startAt(Lsn from) {
        acknowledgements.startAt(from);
    }

    /**
     * A new temporary slot is in place of a lost one.
     *
     * @param listener told behind all that was received before the gap
     */
    public void resume(Gap gap, Consumer<? super Gap> listener) {
        assembler.restart();
        stage.resumed(gap, () -> {
            abandon(new TransactionAbandonedException(
                    "The temporary slot of \"%s\" went with its connection, and with it the rest of the transaction; the stream goes on at %s: %s"
                            .formatted(config.name(), gap.until(), gap.because().getMessage()),
                    gap.because()));
            listener.accept(gap);
        });
        acknowledgements.restartAt(gap.until());
    }

    /**
     * Another consumer has moved the slot, while there was no connection.
     *
     * @param until what it has confirmed
     * @param lost how the connection was lost; null when it was not
     */
    public void takenOver(Lsn until, @Nullable Throwable lost) {
        Lsn unfinished = assembler.unfinished();
        if (!unfinished.equals(Lsn.INVALID) && until.isAfter(unfinished)) {
            finishedElsewhere(unfinished, until, lost);
        }
        holds.releaseBefore(until);
    }

    private void finishedElsewhere(Lsn transaction, Lsn until, @Nullable Throwable lost) {
        String what =
                "The connection of \"%s\" was lost within the transaction at %s, which another consumer of %s has processed since"
                        .formatted(config.name(), transaction, config.slot());
        stage.finishedElsewhere(what);
        assembler.endUnfinished();
        abandon(new TransactionAbandonedException(what, lost));
        acknowledgements.endUnfinished(until);
    }

    /** Completes when no transaction is consumed any more, which may be some time after a cancel. */
    public Mono<Void> consumed() {
        return Mono.defer(() -> {
            TransactionWindows opened = windows;
            return opened == null ? Mono.empty() : opened.ended();
        });
    }

    /** Completes when a middleware holds nothing any more; never fails. */
    public Mono<Void> closed() {
        return stage.closed().onErrorComplete();
    }
}
