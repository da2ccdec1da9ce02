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
import io.walex.reactive.snapshot.Backfill;
import io.walex.reactive.snapshot.BackfillSpec;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.stream.SubscriptionReport;
import java.util.List;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A PostgreSQL database's committed changes as a {@link Flux}.
 *
 * <p>Every subscription is a replication stream of its own, on a connection and an event loop thread of its own.
 * Nothing happens before it is subscribed to. Cancelling it closes the connection, and drops a temporary slot with it.
 *
 * <p>All signals but the last come on that thread, which also keeps the connection alive. Work that blocks belongs on
 * another thread. Example: {@code changes().concatMap(event -> Mono.fromCallable(() -> store(event))
 * .subscribeOn(Schedulers.boundedElastic()))}.
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
     * WalExConfig#publicationSetup()} says, and a durable slot. It starts when subscribed to, and is idempotent. The
     * slot keeps the changes that are committed after this has completed for the first subscription.
     *
     * <p>An application with a {@linkplain io.walex.reactive.spool.DiskSpool spool} must not call this at each start. A
     * spool asks what to do when its slot was dropped; this would make the slot anew before the spool can notice.
     */
    static Mono<Void> setup(WalExConfig config) {
        return OneShot.run(config, server -> SlotSetup.setup(server, config));
    }

    /**
     * Drops the configuration's durable slot, and its publication if {@link WalExConfig#publicationSetup()} makes it.
     * It starts when subscribed to, and is idempotent. It fails with {@link SlotInUseException} while somebody streams
     * from the slot.
     */
    static Mono<Void> drop(WalExConfig config) {
        return OneShot.run(config, server -> SlotSetup.drop(server, config));
    }

    /**
     * Looks at everything on the server that would make a stream fail, or hurt later. It starts when subscribed to, and
     * changes nothing. It fails only when it cannot look, with the error that {@link #changes()} would fail with while
     * connecting.
     */
    static Mono<Preflight> preflight(WalExConfig config) {
        return OneShot.run(config, server -> PreflightChecks.run(server, config));
    }

    /**
     * The events of all committed transactions, in commit order. A transaction is acknowledged when it was wholly
     * delivered and downstream asked for more.
     *
     * <p>So {@code subscribe(consumer)}, {@code concatMap(f)}, {@code flatMap(f, 1)} and {@code delayUntil} process
     * every event at least once. Operators that fetch ahead ({@code publishOn}, {@code buffer}, {@code flatMap}) run
     * ahead of the work; use {@link #transactions()} with them. A consumer that blocks in {@code onNext} stops the
     * feedback to the server too, which then closes the connection after its {@code wal_sender_timeout}.
     *
     * <p>A lost connection is made again as {@link WalExConfig#retry()} says. Before the stream has run or stood by
     * once, attempts end after 30 seconds. With a durable slot nothing is lost or repeated within the subscription.
     *
     * <p>Fails with a {@link WalExException}. Completes only by {@link #closeGracefully()}.
     */
    Flux<Event> changes();

    /**
     * All committed transactions that hold a subscribed event, in commit order. Each must be {@linkplain
     * Transaction#acknowledge() acknowledged} by hand. The stream pauses while {@link WalExConfig#maxUnacknowledged()}
     * are outstanding. Errors are those of {@link #changes()}.
     */
    Flux<Transaction> transactions();

    /**
     * Reads rows that are there once more, beside the one running stream of this instance: they come to its subscriber as
     * events of type {@code READ}, between the changes. It starts at once, or when the stream has connected; from any
     * thread.
     *
     * @throws IllegalStateException when not just one stream is running, or a backfill of that name is
     */
    Backfill backfill(BackfillSpec spec);

    /** The backfills that run, in the order in which they were started. */
    List<Backfill> backfills();

    /**
     * The states of this instance's subscriptions: the latest state first, then each change, on the thread that makes
     * it. A slow subscriber may miss states between. Never completes or fails.
     */
    Flux<ConnectionState> states();

    /**
     * How each subscription is now: those that run, by number, and the last that an error stopped, until another is started.
     * It asks nobody and waits for nobody: for meters, health checks and pages, from any thread.
     */
    List<SubscriptionReport> subscriptions();

    /**
     * Completes when a subscription is streaming: its slot is in place, and changes committed from now on will be
     * delivered. If one is streaming already, it completes at once. Otherwise it waits for one that is on its way, or
     * for the first to be subscribed to.
     *
     * <p>It fails in these cases. The subscriber hears of an error before this does.
     *
     * <ul>
     *   <li>A subscription stops with an error meanwhile: with that error.
     *   <li>No subscription is left, and the last one stopped with an error: with that error.
     *   <li>No subscription is left, and the last one was cancelled, or this instance is closed: with a {@link
     *       java.util.concurrent.CancellationException}.
     * </ul>
     *
     * <p>A connection that breaks before the first streaming is made again for 30 seconds, or for less if {@link
     * WalExConfig#retry()} says so. There is no bound on the wait for a first subscription, for the end of the
     * transactions that write while a slot is made, and for its turn with {@link WhenInUse#WAIT}.
     *
     * <p>Example: {@code walex.awaitStreaming().then(insertSomething)}, in a test that subscribed to {@link
     * #changes()}.
     */
    Mono<Void> awaitStreaming();

    /**
     * Changes the configuration of this instance and of its running streams, atomically, from any thread. The function
     * starts from the configuration in force: {@code reconfigure(c -> c.addSubscriptions("todo"))}.
     *
     * <ul>
     *   <li>Subscriptions take effect at the next transaction that arrives. A running stream then makes a short
     *       connection, and warns of tables that are not published.
     *   <li>With {@link PublicationSetup#CREATE_OR_ALTER} it first publishes the tables that were added; their changes
     *       come from there on. Tables that were removed are published no longer, at once, also for other consumers of
     *       the publication. If that fails it is logged, and tried again when the stream connects next. Until then the
     *       stream goes on with what is published.
     *   <li>A changed address, user, password or TLS setting makes running streams connect again, from where their slot
     *       stands. Nothing is lost or repeated. A password counts as changed when it was set, even to the same one. A
     *       password that is refused is tried five times more. Setting it right meanwhile saves the stream.
     *   <li>Intervals, timeouts, {@code retry} and {@code maxUnacknowledged} count from the next connection or stream
     *       on.
     * </ul>
     *
     * <p>When a change is refused, nothing is changed.
     *
     * @throws InvalidConfigException when anything else was changed, such as the slot or the publications, for which
     *     another instance must be made; or when the address or credentials were changed while a stream runs on a
     *     temporary slot, which would be lost, unless it {@linkplain SlotSpec.Temporary#resumeWithGap resumes with a
     *     gap}
     */
    void reconfigure(UnaryOperator<WalExConfig.Builder> change);

    /**
     * Delivers nothing to subscribers until {@link #resume()}, as if they had no demand: those there are, and those to come.
     * Idempotent, from any thread. What is being delivered while this is called may still come. Within a subscriber's
     * {@code onNext}, nothing comes after that element.
     *
     * <ul>
     *   <li>Connections stay alive, and are made again when they are lost. Slots keep what is not acknowledged.
     *       Transactions that were handed out can be acknowledged meanwhile.
     *   <li>A {@linkplain WalExConfig#middleware() middleware}, such as a spool, goes on receiving. Snapshots and
     *       backfills stop where they are.
     *   <li>{@link #closeGracefully()} does not wait for the transaction in hand, which cannot end: it comes again to the
     *       next subscription.
     * </ul>
     *
     * <p>The server keeps its WAL while streams are paused without a spool. A pause is not kept when the process ends.
     */
    void pause();

    /** Delivers again after a {@link #pause()}, from where it stopped. Idempotent, from any thread. */
    void resume();

    /** Whether it is paused. */
    boolean isPaused();

    /** Asks the server, each time it is subscribed to, which tables the configured publications hold. */
    Mono<PublishedTables> publishedTables();

    /** The configuration in force. */
    WalExConfig config();

    /**
     * Ends all streams. Each completes after what it is delivering, confirms what was acknowledged, and closes its
     * connection. This completes when all of them have, and never fails. Later subscriptions fail.
     *
     * <p>A transaction whose {@code events()} are being consumed may end first. After ten seconds it is cut: its events
     * fail with a {@link java.util.concurrent.CancellationException}.
     *
     * <p>These come again to the next subscription: a transaction that was cut, one that was handed out and is
     * acknowledged only after the end, and what a middleware holds and is not asked for within two seconds.
     */
    Mono<Void> closeGracefully();

    /** Starts {@link #closeGracefully()} without waiting for it. */
    @Override
    void close();
}
