package io.walex.reactive.stream;

import io.walex.reactive.config.DriverConfiguration;
import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.config.Reconfiguration;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.StreamListener;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.delivery.Delivery;
import io.walex.reactive.delivery.DeliveryCounts;
import io.walex.reactive.error.ConnectionLostException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Expectation;
import io.walex.reactive.event.Gap;
import io.walex.reactive.event.SignalCodec;
import io.walex.reactive.event.StreamIdentity;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.event.TransactionAssembler;
import io.walex.reactive.event.UncertainMessageException;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.Acknowledgements;
import io.walex.reactive.replication.PayloadDecoder;
import io.walex.reactive.replication.ReceivedWal;
import io.walex.reactive.replication.ReplicationConnection;
import io.walex.reactive.replication.StartReplication;
import io.walex.reactive.replication.SubscriptionLoop;
import io.walex.reactive.server.Connector;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import io.walex.reactive.setup.ServerChecks;
import io.walex.reactive.setup.SlotGuard;
import io.walex.reactive.snapshot.Backfill;
import io.walex.reactive.snapshot.BackfillSpec;
import io.walex.reactive.snapshot.SnapshotHost;
import io.walex.reactive.snapshot.Snapshots;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.retry.Retry;

/**
 * One subscriber's stream: it owns the event loop and what must survive a reconnect, and makes connections as long as the
 * subscription lives.
 */
public final class StreamSubscription implements SlotGuard.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(StreamSubscription.class);

    private volatile WalExConfig config;
    private final SubscriptionState state;
    private final SubscriptionLoop loop;
    private final Connector connector;
    private final SlotGuard slot;
    private final Outages outages;
    private final Reconnects reconnects;
    private final DatabaseTypes types;
    private final TableChecks tables;
    private final StreamIdentity identity;
    private final TransactionAssembler assembler;
    private final Snapshots snapshots;
    private final ReceivedWal received;
    private final Delivery delivery;
    private final Heartbeat heartbeat;
    private final CurrentConnection connection = new CurrentConnection();
    private final GracefulEnd end;
    private final Sinks.Empty<Void> released = Sinks.empty();

    private final BooleanSupplier paused;

    /** On the event loop. */
    private boolean toldPaused;

    /** The transaction here, and those before it, must come unstreamed. On the event loop. */
    private Lsn unstreamedUntil = Lsn.INVALID;

    /**
     * Sets a subscription up; connects nothing.
     *
     * @param paused whether the subscriber is to get nothing for now; {@link #pauseChanged} must follow each change
     */
    public StreamSubscription(
            WalExConfig config, SubscriptionState state, List<Expectation> expectations, BooleanSupplier paused) {
        this.config = config;
        this.paused = paused;
        this.state = state;
        loop = SubscriptionLoop.create("walex-" + config.name());
        connector = DriverConfiguration.connector(() -> this.config, loop.resources());
        outages = new Outages(() -> this.config, state::isStreaming, this::flushed);
        reconnects = new Reconnects(config.retry(), outages::isRetryable, loop.scheduler());
        types = new DatabaseTypes(config.types(), connector, loop, connection::resume, connection::fail);
        identity = new StreamIdentity(config.name(), Version.LIBRARY, config.database());
        tables = new TableChecks(
                connector, () -> this.config, expectations, identity.published()::set, state::isStreaming);
        assembler = new TransactionAssembler(
                identity,
                config::isSubscribed,
                types,
                new TransactionAssembler.Spill(config.spillDirectory(), config.spillMemory()),
                config.twoPhase(),
                config.origin() == OriginFilter.NONE,
                config.messages());
        snapshots = new Snapshots(
                new SnapshotHost(
                        () -> this.config,
                        loop,
                        identity,
                        types,
                        this::acknowledgements,
                        () -> loop.execute(connection::resume),
                        connection::askForKeepalive,
                        state::snapshot),
                Clock.systemUTC());
        StreamListener listener = GuardedListener.of(config.listener());
        received = new ReceivedWal(
                Clock.systemUTC(), listener == null ? null : bytes -> listener.onBytes(state.number(), bytes));
        delivery = new Delivery(
                config,
                loop,
                assembler,
                snapshots.slices(),
                new SignalCodec(identity, types),
                new DeliveryCounts(state.number(), listener),
                paused,
                this::ended);
        slot = new SlotGuard(config, delivery.acknowledgements(), assembler::unfinished, connector, loop.scheduler());
        end = new GracefulEnd(loop, delivery, connection);
        heartbeat = new Heartbeat(connector, config.heartbeat(), state::isStreaming, loop.scheduler());
    }

    private Acknowledgements acknowledgements() {
        return delivery.acknowledgements();
    }

    private void ended(@Nullable Throwable because) {
        snapshots.end(because);
        state.ended(because);
    }

    /** Starts to read rows that are there, beside the stream. */
    public Backfill backfill(BackfillSpec spec) {
        return snapshots.backfill(spec);
    }

    /** Those that run. */
    public List<Backfill> backfills() {
        return snapshots.backfills();
    }

    public Flux<Event> changes() {
        return delivery.changes(this::stream, end.begun());
    }

    public Flux<Transaction> transactions() {
        return delivery.transactions(this::stream, end.begun());
    }

    /** The subscriber was told of the end, or has cancelled; a transaction that it consumes may go on. */
    public void left() {
        state.left();
    }

    private <T> Flux<T> stream(PayloadDecoder<T> decoder) {
        Flux<T> stream = attempts(decoder)
                .onErrorMap(outages::explain)
                .retryWhen(Retry.from(failures -> reconnects
                        // Beside the failures, where it costs no event anything.
                        .companion(failures.doOnNext(this::noteFailure).takeUntilOther(tables.looks()))
                        .takeUntilOther(end.noMoreAttempts())
                        // Whatever comes of it is confined to the event loop.
                        .publishOn(loop.scheduler())))
                .onErrorMap(Reconnects::cause);
        return config.heartbeat().isZero() ? stream : stream.takeUntilOther(heartbeat.beats());
    }

    private <T> Flux<T> attempts(PayloadDecoder<T> decoder) {
        return Flux.defer(() -> attempt(decoder)).retryWhen(Retry.indefinitely().filter(this::isNoFailure));
    }

    /** Changed settings, and what is wanted in another form: the next attempt comes at once, and counts for nothing. */
    private boolean isNoFailure(Throwable failure) {
        if (failure instanceof UncertainMessageException streamed) {
            unstreamedUntil = streamed.commitLsn();
            LOG.info("{}; \"{}\" has it sent again unstreamed", streamed.getMessage(), config.name());
            return true;
        }
        return failure instanceof Reconfigured;
    }

    /** A temporary slot could not send a transaction again: nothing that may have to be is streamed from one. */
    private Map<String, String> options(ServerFacts facts) {
        Map<String, String> options = PgOutputOptions.of(config, facts.version());
        if (config.messages() && !config.slot().survivesConnection() || unstreamedUntil.isAfter(flushed())) {
            options.remove(PgOutputOptions.STREAMING);
        }
        return options;
    }

    private <T> Flux<T> attempt(PayloadDecoder<T> decoder) {
        WalExConfig used = config;
        state.connecting();
        return ServerConnection.use(connector, this::prepare)
                .flatMapMany(facts -> Flux.usingWhen(
                        ReplicationConnection.connect(connector).doOnNext(connection::replace),
                        made -> start(made, facts, decoder, used),
                        // A graceful end: what is acknowledged behind a middleware until all has ended is confirmed
                        // too.
                        made -> Mono.empty(),
                        (made, error) -> made.close(),
                        ReplicationConnection::close));
    }

    private Mono<ServerFacts> prepare(ServerConnection server) {
        return server.facts()
                .delayUntil(facts -> ServerChecks.requireFit(facts, config))
                .delayUntil(facts -> tables.prepare(server))
                .delayUntil(facts -> snapshots.check(server, new ConnectedServer(facts, connector)))
                .delayUntil(facts -> slot.prepare(server, facts, this))
                .delayUntil(facts -> types.load(server))
                .delayUntil(facts -> delivery.connectedTo(new ConnectedServer(facts, connector)));
    }

    private <T> Flux<T> start(
            ReplicationConnection made, ServerFacts facts, PayloadDecoder<T> decoder, WalExConfig used) {
        return slot.obtain(made, facts).flatMapMany(obtained -> {
            Lsn from = obtained.from() == null ? flushed() : obtained.from();
            return made.stream(
                    new StartReplication(obtained.name(), from, options(facts)),
                    decoder,
                    delivery.acknowledgements(),
                    received,
                    statusInterval(facts),
                    config.livenessTimeout(),
                    Clock.systemUTC(),
                    (outages.hasStreamed() ? slot.requireNotMoved() : Mono.<Void>empty())
                            .then(Mono.defer(snapshots::accepted)),
                    () -> streaming(obtained, from, used));
        });
    }

    private void streaming(SlotGuard.Obtained obtained, Lsn from, WalExConfig used) {
        delivery.connected(from);
        if (obtained.from() != null) {
            Throwable lost = outages.cause();
            if (lost != null) {
                resumed(new Gap(flushed(), obtained.from(), lost));
            } else {
                delivery.startAt(obtained.from());
            }
        }
        snapshots.streaming(from);
        outages.streaming();
        reconnects.joined();
        reconnects.streaming();
        state.streaming(obtained.name());
        tables.lookIfDue();
        reconnectIfMoved(used);
    }

    /** Subscriptions count from the next transaction, and are looked for; changed addresses or credentials reconnect. */
    public void reconfigure(WalExConfig changed) {
        WalExConfig before = config;
        config = changed;
        assembler.resubscribe(changed::isSubscribed);
        loop.execute(() -> {
            reconnectIfMoved(before);
            if (!changed.subscriptions().equals(before.subscriptions())) {
                tables.lookAgain();
            }
        });
    }

    private void reconnectIfMoved(WalExConfig used) {
        if (!Reconfiguration.isSameConnection(used, config)) {
            // A temporary slot goes with its connection: that is a loss like any other.
            connection.fail(
                    !config.slot().survivesConnection()
                            ? new ConnectionLostException(
                                    "\"%s\" was reconfigured to connect to %s:%d as %s"
                                            .formatted(config.name(), config.host(), config.port(), config.username()),
                                    null)
                            : new Reconfigured());
        }
    }

    /** Makes the stream connect again at once. */
    private static final class Reconfigured extends RuntimeException {

        Reconfigured() {
            super("The connection's settings were changed", null, false, false);
        }
    }

    /** A new temporary slot is in place of a lost one. */
    private void resumed(Gap gap) {
        state.resumed(gap);
        snapshots.gap();
        delivery.resume(gap, missed -> {
            if (config.slot() instanceof SlotSpec.Temporary temporary && temporary.onGap() != null) {
                temporary.onGap().accept(missed);
            }
        });
    }

    @Override
    public void onMissing() {
        snapshots.slotMissing();
        delivery.slotMissing();
    }

    @Override
    public void onStandingBy() {
        outages.joined();
        reconnects.joined();
        state.standingBy();
    }

    @Override
    public void onTakenOver(Lsn until) {
        Lsn after = flushed();
        snapshots.takenOver();
        delivery.takenOver(until, outages.cause());
        state.takenOver(after, until);
    }

    private Lsn flushed() {
        return delivery.acknowledgements().flushed();
    }

    /** The server drops clients that it does not hear from; a quarter leaves room for late timers. */
    private Duration statusInterval(ServerFacts facts) {
        Duration longest = facts.walSenderTimeout().dividedBy(4);
        return longest.isZero() || config.statusInterval().compareTo(longest) < 0 ? config.statusInterval() : longest;
    }

    private void noteFailure(Retry.RetrySignal signal) {
        Throwable failure = signal.failure();
        snapshots.disconnected();
        if (outages.isRetryable(failure)) {
            if (end.hasBegun()) {
                end.makeNoMoreAttempts();
                return;
            }
            outages.begin(failure);
            state.reconnecting(failure);
        }
    }

    /** The instance was paused, or goes on; from any thread. */
    public void pauseChanged() {
        loop.execute(this::followPause);
    }

    private void followPause() {
        boolean now = paused.getAsBoolean();
        if (now != toldPaused) {
            toldPaused = now;
            state.paused(now);
        }
        if (!now) {
            delivery.goOn();
            connection.resume();
        }
    }

    /** How it is now; from any thread. */
    public SubscriptionReport report() {
        SubscriptionState.Since now = state.since();
        DeliveryCounts counts = delivery.counts();
        Acknowledgements acknowledged = delivery.acknowledged();
        var positions = new SubscriptionReport.Positions(
                received.serverEnd(), received.received(), counts.delivered(), acknowledged.flushed(), flushed());
        Lag lag = Lag.of(received, counts, positions, state.isStreaming(), Clock.systemUTC());
        return new SubscriptionReport(
                state.number(),
                state.slot(),
                now.state(),
                now.since(),
                paused.getAsBoolean(),
                positions,
                counts.lastCommit(),
                lag.time(),
                lag.bytes(),
                acknowledged.unacknowledged(),
                new SubscriptionReport.Counts(
                        received.bytes(),
                        counts.events(),
                        counts.transactions(),
                        acknowledged.acknowledged(),
                        counts.snapshotRows(),
                        now.reconnects()),
                snapshots.latest());
    }

    /** Completes the stream after what it is delivering, or the transaction in hand, wherever it stands. */
    public void end() {
        end.request();
    }

    /**
     * Waits for a transaction that is still consumed after a cancel, and for connection and middleware to be closed; then
     * frees the event loop. Never fails.
     */
    public Mono<Void> release() {
        return delivery.consumed()
                .then(connection.close())
                .then(snapshots.closed())
                .then(delivery.closed())
                .then(Mono.<Void>fromRunnable(() -> loop.execute(assembler::close)))
                .then(loop.dispose())
                .onErrorComplete()
                .doFinally(signal -> released.tryEmitEmpty());
    }

    public Mono<Void> released() {
        return released.asMono();
    }
}
