package io.walex.reactive.config;

import io.walex.reactive.event.SignalCodec;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.Lsn;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Stands between the replication stream and what subscribers see of it: WalEx's {@code message_middleware}.
 *
 * <p>What comes in:
 *
 * <ul>
 *   <li>Signals come in stream order: {@code Begin}, its events, {@code End}, the next {@code Begin}.
 *   <li>Each transaction comes once per subscription, also after a reconnect.
 *   <li>When a gap cuts a transaction, its {@code End} never comes. The next {@code Begin} follows its events.
 *   <li>Slices of snapshots and backfills come between transactions, as {@code Begin}, events and {@code End} too. Their
 *       {@code Begin} has a {@link TransactionSignal.Begin#slice()}. Its commit LSN, and the LSN of its {@code End}, are
 *       those of the transaction before it: neither tells it from that one, or from other slices.
 *   <li>Signals come on the connection's event loop, which must not be blocked.
 *   <li>When the stream is closed gracefully, what comes in completes.
 * </ul>
 *
 * <p>What goes out:
 *
 * <ul>
 *   <li>Signals go out in the same order, and each transaction goes out once.
 *   <li>Events may be left out or replaced. Every {@code Begin} and every {@code End} must go out.
 *   <li>A transaction without events acknowledges itself. A transaction that is left out whole keeps the slot from
 *       moving until a later one is acknowledged.
 *   <li>A slice keeps its place between the transactions: its rows are right only there. It keeps no slot, and need not
 *       be confirmed. One that is lost before it is acknowledged is read again by the next subscription.
 *   <li>Signals may go out from any thread.
 *   <li>When the stream is closed gracefully, what goes out has two seconds more.
 * </ul>
 */
public interface Middleware {

    /**
     * Called once for every subscription to a stream.
     *
     * @param signals the replication stream; connects when it is subscribed to, and is read as far as it is asked for
     * @param link the subscription's other ends
     */
    Flux<TransactionSignal> apply(Flux<TransactionSignal> signals, Link link);

    /** A transformer that stores nothing: what is acknowledged downstream is confirmed to the slot. */
    static Middleware transforming(UnaryOperator<Flux<TransactionSignal>> transformer) {
        return (signals, link) -> {
            link.onAcknowledged(link::confirm);
            return transformer.apply(signals);
        };
    }

    /** What a middleware is told, and what it tells. */
    interface Link {

        /** The instance's configuration at the start of the subscription. */
        WalExConfig config();

        /**
         * Tells the listener of the server whenever the stream has connected, on the event loop. Nothing comes from
         * there before the listener's publisher completes. If that fails, the stream ends with its error. A middleware
         * has one listener.
         */
        void onConnected(Function<Server, Mono<Void>> listener);

        /**
         * Runs the check when the slot does not exist, before it is made for this subscription. If the check throws,
         * the stream ends with that error and no slot is made. A middleware has one check.
         */
        void onSlotMissing(Runnable check);

        /**
         * Lets the end of the subscription wait for this publisher, which frees what the middleware holds. It is
         * subscribed to at the end, and must not fail. This may be called several times; all publishers are waited for.
         *
         * <p>A middleware needs it for two reasons. It hears of a cancel like any publisher, but nobody waits until it
         * has let go of what it holds. And when it completes, what it has handed out is still delivered and may be
         * acknowledged; this publisher is subscribed to only after that.
         *
         * <p>Example: {@code link.awaitClosed(Mono.fromRunnable(file::close))}.
         */
        void awaitClosed(Mono<Void> closed);

        /**
         * Turns signals into bytes and back. Reading takes a stream that has connected: only then are the types known.
         */
        SignalCodec codec();

        /**
         * Tells the listener how far downstream has acknowledged: the end LSN of the longest run of acknowledged
         * transactions from the first. It is called on the event loop, each time that run grows.
         */
        void onAcknowledged(Consumer<Lsn> listener);

        /**
         * Tells the listener of each slice of a snapshot that downstream has acknowledged, with all before it, on the
         * event loop. The LSN of {@link #onAcknowledged} says nothing of a slice: it has that of the transaction before.
         * A middleware has one listener.
         */
        void onSliceAcknowledged(Consumer<SnapshotSlice> listener);

        /**
         * Allows the server to forget all transactions that end at this LSN or before. What was not confirmed is sent
         * again to the next subscription. May be called from any thread.
         */
        void confirm(Lsn end);
    }

    /** The server at the other end. Tells it apart from other servers, on which an LSN means something else. */
    interface Server {

        /** The database cluster's identity, which its standbys and restored copies share. */
        String systemIdentifier();

        /** The timeline, which a promotion and a restore begin anew; 0 on a standby. */
        int timeline();

        /**
         * Where this server's history left another timeline. The server has what was written on that timeline before
         * this LSN, and nothing of it from there on. {@link Lsn#INVALID} when the server was never on that timeline.
         */
        Mono<Lsn> endOf(int timeline);
    }
}
