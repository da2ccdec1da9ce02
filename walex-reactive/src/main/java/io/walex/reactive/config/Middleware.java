package io.walex.reactive.config;

import io.walex.reactive.event.SignalCodec;
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
 * <p>Signals come and must go in stream order: {@code Begin}, its events, {@code End}, the next {@code Begin}. Transactions
 * come once per subscription, also after a reconnect, and must go once. Events may be left out or replaced, but every
 * {@code Begin} and every {@code End} goes on: a transaction without events acknowledges itself, and one that is left out
 * whole keeps the slot from moving until a later one is acknowledged. Where a gap cuts a transaction, its {@code End} never
 * comes, and the next {@code Begin} follows its events. Signals come on the connection's event loop, which must not be
 * blocked, and may go from any thread. When the stream is closed gracefully, what comes completes, and what goes has two
 * seconds more.
 */
public interface Middleware {

    /**
     * Called once for every subscription to a stream.
     *
     * @param signals the replication stream; connects when subscribed, and is read as far as it is asked for
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
         * Has the listener told of the server, on the event loop, whenever the stream has connected; nothing comes from
         * there before the listener is done, and its error ends the stream. A middleware has one listener.
         */
        void onConnected(Function<Server, Mono<Void>> listener);

        /**
         * Has the check run where the slot does not exist, before it is made for this subscription; its error ends the
         * stream, and no slot is made. A middleware has one check.
         */
        void onSlotMissing(Runnable check);

        /**
         * Has the end of the subscription subscribe to this, and wait for it; it must not fail. A middleware that holds
         * something hears of a cancel like any publisher, but nobody would wait until it has let go; and what it has
         * handed out when it completes is still delivered, and may be acknowledged, before this is subscribed to. Several are
         * all waited for.
         */
        void awaitClosed(Mono<Void> closed);

        /** Turns signals into bytes and back. Reading takes a stream that has connected, which knows the types. */
        SignalCodec codec();

        /**
         * Has the listener told how far downstream has acknowledged: the end LSN of the longest run of transactions from
         * the first. Called on the event loop, each time it grows.
         */
        void onAcknowledged(Consumer<Lsn> listener);

        /**
         * Allows the server to forget all transactions that end at or before this. What was not confirmed is sent again to
         * the next subscription. From any thread.
         */
        void confirm(Lsn end);
    }

    /** The server at the other end, to be told from others where an LSN means something else. */
    interface Server {

        /** The database cluster's identity, which its standbys and restored copies share. */
        String systemIdentifier();

        /** The timeline, which a promotion and a restore begin anew; 0 on a standby. */
        int timeline();

        /**
         * Where this server's history left another timeline: what was written there before, it has, and nothing from there
         * on. {@link Lsn#INVALID} when it was never on it.
         */
        Mono<Lsn> endOf(int timeline);
    }
}
