package io.walex.reactive;

import io.netty.channel.EventLoop;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Origination;
import io.walex.reactive.event.SignalCodec;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.event.TransactionAssembler;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.replication.Acknowledgements;
import io.walex.reactive.replication.PayloadDecoder;
import io.walex.reactive.replication.ReplicationConnection;
import io.walex.reactive.replication.ServerConnection;
import io.walex.reactive.replication.ServerConnection.ServerFacts;
import io.walex.reactive.replication.StartReplication;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.resources.LoopResources;
import reactor.util.retry.Retry;

/**
 * One subscriber's stream: it owns the event loop and what must survive a reconnect, and makes connections as long as the
 * subscription lives.
 */
final class StreamSubscription {

    private static final Logger LOG = LoggerFactory.getLogger(StreamSubscription.class);

    private volatile WalExConfig config;
    private final SlotGuard slot;
    private final LoopResources loop;
    private final Acknowledgements acknowledgements;
    private final DatabaseTypes types;
    private final TransactionAssembler assembler;
    private final @Nullable MiddlewareStage middleware;
    private final Sinks.Empty<Void> ended = Sinks.empty();
    private final Sinks.Empty<Void> released = Sinks.empty();
    private volatile Runnable onAcknowledged = () -> {};
    private volatile @Nullable ReplicationConnection connection;
    private volatile boolean hasStreamed;

    StreamSubscription(WalExConfig config) {
        this.config = config;
        slot = new SlotGuard(config);
        loop = LoopResources.create("walex-" + config.name(), 1, true);
        acknowledgements = new Acknowledgements(eventLoop(), () -> onAcknowledged.run());
        types = new DatabaseTypes(
                config.types(), () -> DriverConfiguration.of(this.config, loop), eventLoop(), this::failStream);
        Origination origination = new Origination(config.name(), Version.LIBRARY, config.database());
        Middleware configured = config.middleware();
        middleware = configured == null
                ? null
                : new MiddlewareStage(
                        config, configured, eventLoop(), acknowledgements, new SignalCodec(origination, types));
        assembler = new TransactionAssembler(
                origination,
                config::isSubscribed,
                types,
                new TransactionAssembler.Spool(config.spoolDirectory(), config.spoolMemory()),
                config.twoPhase());
    }

    private EventLoop eventLoop() {
        return loop.onClient(LoopResources.DEFAULT_NATIVE).next();
    }

    Flux<Event> changes() {
        return middleware == null
                ? stream(new EventDecoder(assembler, acknowledgements))
                : middleware.changes(stream(new SignalDecoder(assembler, acknowledgements)));
    }

    Flux<Transaction> transactions() {
        Flux<TransactionSignal> signals = stream(new SignalDecoder(assembler, acknowledgements));
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Transaction> actual) {
                Acknowledgements counted = middleware == null ? acknowledgements : middleware.delivered();
                var windows = new TransactionWindows(actual, eventLoop(), counted, config.maxUnacknowledged());
                if (middleware == null) {
                    onAcknowledged = windows::advance;
                    signals.subscribe(windows);
                } else {
                    middleware.transactions(signals, windows::advance).subscribe(windows);
                }
            }
        };
    }

    private <T> Flux<T> stream(PayloadDecoder<T> decoder) {
        return Flux.defer(() -> attempt(decoder))
                .retryWhen(Retry.indefinitely().filter(Reconfigured.class::isInstance))
                .onErrorMap(this::explain)
                .retryWhen(Retry.from(this::reconnects));
    }

    private <T> Flux<T> attempt(PayloadDecoder<T> decoder) {
        WalExConfig used = config;
        LOG.debug("Connecting to {}:{} for {}", config.host(), config.port(), config.slot());
        return ServerConnection.use(DriverConfiguration.of(config, loop), this::prepare)
                .takeUntilOther(ended.asMono())
                .flatMapMany(facts -> Flux.usingWhen(
                        ReplicationConnection.connect(own -> DriverConfiguration.of(config, own), loop)
                                .doOnNext(made -> connection = made),
                        made -> start(made, facts, decoder, used),
                        ReplicationConnection::close,
                        (made, error) -> made.close(),
                        ReplicationConnection::close));
    }

    private Mono<ServerFacts> prepare(ServerConnection server) {
        return server.facts()
                .delayUntil(facts -> ServerChecks.walLevel(facts, config))
                .doOnNext(facts -> PgOutputOptions.of(config, facts.version()))
                .delayUntil(facts -> server.publications().flatMap(known -> ServerChecks.publications(known, config)))
                .delayUntil(facts -> hasStreamed ? Mono.empty() : ServerChecks.subscriptions(server, config))
                .delayUntil(facts -> types.load(server))
                .delayUntil(facts -> slot.prepare(server, facts).doOnNext(acknowledgements::startAt))
                .doOnNext(facts -> {
                    if (middleware != null) {
                        middleware.connectedTo(facts.systemIdentifier());
                    }
                });
    }

    private <T> Flux<T> start(
            ReplicationConnection made, ServerFacts facts, PayloadDecoder<T> decoder, WalExConfig used) {
        return slot.obtain(made, facts)
                .takeUntilOther(ended.asMono())
                .flatMapMany(name -> made.stream(
                        new StartReplication(
                                name, acknowledgements.flushed(), PgOutputOptions.of(config, facts.version())),
                        decoder,
                        acknowledgements,
                        statusInterval(facts),
                        config.livenessTimeout(),
                        Clock.systemUTC(),
                        () -> streaming(name, used)));
    }

    private void streaming(String slotName, WalExConfig used) {
        hasStreamed = true;
        assembler.connected();
        LOG.info(
                "{} streams publication {} of {} from slot \"{}\"",
                config.name(),
                config.publications(),
                config.database(),
                slotName);
        if (isEnding()) {
            end();
        } else {
            reconnectIfMoved(used);
        }
    }

    /** Subscriptions count from the next transaction; a changed address or credentials make a new connection. */
    void reconfigure(WalExConfig changed) {
        WalExConfig before = config;
        config = changed;
        assembler.resubscribe(changed::isSubscribed);
        eventLoop().execute(() -> reconnectIfMoved(before));
    }

    private void reconnectIfMoved(WalExConfig used) {
        if (!Reconfiguration.isSameConnection(used, config)) {
            LOG.info("{} reconnects to {}:{} as it was reconfigured", config.name(), config.host(), config.port());
            failStream(new Reconfigured());
        }
    }

    /** Makes the stream connect again at once. */
    private static final class Reconfigured extends RuntimeException {

        Reconfigured() {
            super("The connection's settings were changed", null, false, false);
        }
    }

    private boolean isEnding() {
        return Boolean.TRUE.equals(ended.scan(Scannable.Attr.TERMINATED));
    }

    private void failStream(Throwable error) {
        ReplicationConnection streaming = connection;
        if (streaming != null) {
            streaming.fail(error);
        }
    }

    /** The server drops clients that it does not hear from; a quarter leaves room for late timers. */
    private Duration statusInterval(ServerFacts facts) {
        Duration longest = facts.walSenderTimeout().dividedBy(4);
        return longest.isZero() || config.statusInterval().compareTo(longest) < 0 ? config.statusInterval() : longest;
    }

    private Throwable explain(Throwable failure) {
        Throwable error = Failures.translate(failure, config, config.slot().toString());
        return hasStreamed && config.slot() instanceof SlotSpec.Temporary && Failures.isRetryable(error, true)
                ? new SlotLostException(
                        "The temporary slot of \"%s\" went with its connection, and with it the changes since %s: %s; use SlotSpec.durable(name) to survive this"
                                .formatted(config.name(), acknowledgements.flushed(), error.getMessage()),
                        error)
                : error;
    }

    private Flux<?> reconnects(Flux<Retry.RetrySignal> failures) {
        Flux<Retry.RetrySignal> retryable = failures.concatMap(signal -> {
            Throwable failure = signal.failure();
            if (!Failures.isRetryable(failure, hasStreamed) && !slot.isAwaited(failure)) {
                return Mono.error(failure);
            }
            LOG.info("{} reconnects: {}", config.name(), failure.getMessage());
            return Mono.just(signal);
        });
        return Flux.from(config.retry().generateCompanion(retryable)).takeUntilOther(ended.asMono());
    }

    /** Completes the stream after what it is delivering, wherever it stands. */
    void end() {
        ended.tryEmitEmpty();
        ReplicationConnection streaming = connection;
        if (streaming != null) {
            streaming.complete();
        }
    }

    /** Waits for the connection to be closed, and frees the event loop. Never fails. */
    Mono<Void> release() {
        return Mono.defer(() -> {
                    ReplicationConnection last = connection;
                    return last == null ? Mono.<Void>empty() : last.close();
                })
                .then(Mono.fromRunnable(() -> eventLoop().execute(assembler::close)))
                .then(Mono.defer(() -> loop.disposeLater(Duration.ZERO, Duration.ofSeconds(1))))
                .onErrorComplete()
                .doFinally(signal -> released.tryEmitEmpty());
    }

    Mono<Void> released() {
        return released.asMono();
    }
}
