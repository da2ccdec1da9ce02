package io.walex.reactive;

import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.config.WhenInUse;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.error.WalExException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.PublishedTables;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.preflight.Preflight;
import io.walex.reactive.preflight.PreflightChecks;
import io.walex.reactive.setup.SlotSetup;
import io.walex.reactive.stream.ConnectionState;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A PostgreSQL database's committed changes as a {@link Flux}.
 *
 * <p>Every subscription is a replication stream of its own, on a connection and an event loop thread of its own: nothing
 * happens before it, and cancelling it closes the connection (and with it a temporary slot). All signals but the last come
 * on that thread, which also keeps the connection alive: work that blocks belongs on another, by {@code concatMap} to a
 * publisher that does it there.
 */
public interface WalEx extends AutoCloseable {

    /** The same as {@link #create(WalExConfig) create(config)}{@code .}{@link #changes()}. */
    static Flux<Event> changes(WalExConfig config) {
        return create(config).changes();
    }

    /** The same as {@link #create(WalExConfig) create(config)}{@code .}{@link #transactions()}. */
    static Flux<Transaction> transactions(WalExConfig config) {
        return create(config).transactions();
    }

    /** Makes an instance; connects nothing. */
    static WalEx create(WalExConfig config) {
        return new StreamingWalEx(config, closing -> {});
    }

    /**
     * Makes on the server what the configuration needs, as far as it is missing: the publication as {@link
     * WalExConfig#publicationSetup()} says, and a durable slot. Starts when subscribed; idempotent. Changes committed
     * after it completed are kept by the slot for the first subscription. An application
     * with a {@linkplain io.walex.reactive.spool.DiskSpool spool} does not call this at each start: a slot that was dropped
     * would be there again before the spool can notice, which asks what to do.
     */
    static Mono<Void> setup(WalExConfig config) {
        return OneShot.run(config, server -> SlotSetup.setup(server, config));
    }

    /**
     * Drops the configuration's durable slot, and its publication where {@link WalExConfig#publicationSetup()} made it.
     * Starts when subscribed; idempotent. Fails with {@link SlotInUseException} while somebody streams from the slot.
     */
    static Mono<Void> drop(WalExConfig config) {
        return OneShot.run(config, server -> SlotSetup.drop(server, config));
    }

    /**
     * Looks at everything on the server that would make a stream fail, or hurt later. Starts when subscribed; changes
     * nothing. Fails only when it cannot look: with what {@link #changes()} would fail with while connecting.
     */
    static Mono<Preflight> preflight(WalExConfig config) {
        return OneShot.run(config, server -> PreflightChecks.run(server, config));
    }

    /**
     * The events of all committed transactions, in commit order. A transaction is acknowledged when it was wholly
     * delivered and downstream asked for more. So {@code subscribe(consumer)}, {@code concatMap(f)}, {@code flatMap(f, 1)}
     * and {@code delayUntil} process every event at least once; operators that fetch ahead ({@code publishOn}, {@code
     * buffer}, {@code flatMap}) run ahead of the work, for which there is {@link #transactions()}.
     * A consumer that blocks in {@code onNext} stops the feedback to the server too, which after its {@code
     * wal_sender_timeout} closes the connection.
     *
     * <p>A lost connection is made again as {@link WalExConfig#retry()} says, and before the stream has run or stood by once
     * for 30 seconds at most; with a durable slot nothing is lost or repeated within the subscription. Fails with a {@link
     * WalExException} or {@link io.walex.reactive.pgoutput.PgOutputDecodingException}; never completes but by {@link
     * #closeGracefully()}.
     */
    Flux<Event> changes();

    /**
     * All committed transactions that hold a subscribed event, in commit order, each to be {@linkplain
     * Transaction#acknowledge() acknowledged} by hand. At most {@link WalExConfig#maxUnacknowledged()} are outstanding;
     * then the stream pauses. Errors as in {@link #changes()}.
     */
    Flux<Transaction> transactions();

    /**
     * What state this instance's subscriptions are in: the latest, then each change, on the thread that makes it. A slow
     * subscriber may miss states between. Never completes or fails.
     */
    Flux<ConnectionState> states();

    /**
     * Completes when a subscription is streaming: its slot is in place, and changes committed from now on will be
     * delivered. At once when one is; otherwise waits for one that is on its way, or for the first to be subscribed to.
     * Fails when one stops with an error meanwhile, and when none is left: with what the last one stopped with, or with
     * {@link java.util.concurrent.CancellationException} when that was cancelled or this instance is closed. A subscriber
     * hears of an error before this does.
     *
     * <p>How long it may take: a connection that breaks before the first streaming is made again for 30 seconds, or for as
     * long as {@link WalExConfig#retry()} says where that is less. Without a bound it waits for a first subscription, for
     * the end of the transactions that write when a slot is made, and for its turn with {@link WhenInUse#WAIT}.
     */
    Mono<Void> awaitStreaming();

    /**
     * Changes the configuration of this instance and of its running streams; atomic, from any thread. The function starts
     * from the configuration in force: {@code reconfigure(c -> c.addSubscriptions("todo"))}.
     *
     * <ul>
     *   <li>Subscriptions take effect at the next transaction that arrives. A running stream then makes a short connection,
     *       and warns of tables that are not published; with {@link PublicationSetup#CREATE_OR_ALTER} it publishes them
     *       first, and their changes come from there on. Tables that {@code removeSubscriptions} leaves out are published
     *       no longer then, at once, also for other consumers of the publication. Where that fails it is logged, and tried
     *       again when the stream connects next; until then it goes on with what is published.
     *   <li>A changed address, user, password or TLS setting makes running streams connect again, from where their slot
     *       stands; nothing is lost or repeated. A password counts as changed when it was set, even to the same. One
     *       that is refused is tried five times more, and set right again meanwhile ends no stream.
     *   <li>Intervals, timeouts, {@code retry} and {@code maxUnacknowledged} count from the next connection or stream on.
     * </ul>
     *
     * @throws InvalidConfigException when the change is refused: of anything else, such as the slot or the publications,
     *     for which another instance must be made; or of the address or credentials while a stream runs on a temporary
     *     slot, which would be lost, unless it {@linkplain SlotSpec.Temporary#resumeWithGap resumes with a gap}. Nothing
     *     is changed then
     */
    void reconfigure(UnaryOperator<WalExConfig.Builder> change);

    /** Asks the server, each time it is subscribed to, which tables the configured publications hold. */
    Mono<PublishedTables> publishedTables();

    /** The configuration in force. */
    WalExConfig config();

    /**
     * Ends all streams: each completes after what it is delivering, confirms what was acknowledged, and closes its
     * connection. A transaction whose {@code events()} are being consumed may end first. After ten seconds it is cut: its
     * events fail with a {@link java.util.concurrent.CancellationException}, and it comes again to the next subscription.
     * So does one that was handed out and is acknowledged only after the end, and what a middleware holds and is not asked
     * for within two seconds. Completes when all have; never fails. Later subscriptions fail.
     */
    Mono<Void> closeGracefully();

    /** Starts {@link #closeGracefully()} without waiting for it. */
    @Override
    void close();
}
