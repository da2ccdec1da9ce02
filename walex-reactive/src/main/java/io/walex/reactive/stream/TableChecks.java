package io.walex.reactive.stream;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.PublicationNotFoundException;
import io.walex.reactive.error.WalExException;
import io.walex.reactive.event.Expectation;
import io.walex.reactive.event.PublishedTables;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.failure.Failures;
import io.walex.reactive.server.Connector;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.TableSelection;
import io.walex.reactive.setup.ColumnLists;
import io.walex.reactive.setup.PublicationMaking;
import io.walex.reactive.setup.ServerChecks;
import io.walex.reactive.setup.TableSelections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Looks for what a subscription names: when it connects first, and when its subscriptions or what is expected of them have
 * changed. A table may be published later, so one that is not there is warned of; a column to be masked that is not there
 * fails the start. So does a publication that cannot be made or altered, at the start only. Confined to the event loop.
 */
final class TableChecks {

    private static final Logger LOG = LoggerFactory.getLogger(TableChecks.class);

    private final Connector connector;
    private final Supplier<WalExConfig> config;
    private final List<Expectation> expectations;
    private final Consumer<PublishedTables> published;
    private final BooleanSupplier streaming;
    private final Sinks.Many<Object> occasions = Sinks.many().multicast().directBestEffort();
    private final AtomicInteger asked = new AtomicInteger(1);
    private volatile int answered;
    private Set<String> warned = Set.of();

    /** Why the publication could not be altered at the last attempt; empty when it could. */
    private String refusal = "";

    /**
     * Sets the checks of one subscription up.
     *
     * @param published told of the tables each time it has looked
     * @param streaming whether no connection is being made, which would look anyway
     */
    TableChecks(
            Connector connector,
            Supplier<WalExConfig> config,
            List<Expectation> expectations,
            Consumer<PublishedTables> published,
            BooleanSupplier streaming) {
        this.connector = connector;
        this.config = config;
        this.expectations = expectations;
        this.published = published;
        this.streaming = streaming;
    }

    /** Checks the publications, or makes the one to be what is subscribed to; then looks if that is due. */
    Mono<Void> prepare(ServerConnection server) {
        int asking = asked.get();
        WalExConfig used = config.get();
        boolean due = asking != answered || !refusal.isEmpty();
        Mono<Void> prepared = publications(server, used);
        return due
                ? prepared.then(ColumnLists.requireSame(server, used)
                                .onErrorResume(InvalidConfigException.class, this::warnOfNextStart))
                        .then(Mono.defer(() -> ServerChecks.publishedTables(server, used, withColumns())))
                        .doOnNext(tables -> {
                            report(used, tables);
                            answered = asking;
                        })
                        .then()
                : prepared;
    }

    private TableSelection withColumns() {
        return TableSelections.of(expectations.stream()
                .flatMap(expectation -> expectation.looksAtColumnsOf().stream())
                .toList());
    }

    /** What was published is still worth streaming where more cannot be, or no longer. */
    private Mono<Void> publications(ServerConnection server, WalExConfig used) {
        Mono<Void> made = PublicationMaking.make(server, used).doOnSuccess(done -> refusal = "");
        return answered == 0
                ? made
                : made.onErrorResume(
                        error -> isRefusal(explain(error, used)),
                        error -> server.publications()
                                .names()
                                .flatMap(known -> ServerChecks.requirePublications(known, used))
                                .onErrorMap(PublicationNotFoundException.class, missing -> error)
                                .doOnSuccess(exist -> warnOfRefusal(error, used)));
    }

    /** The table may never change again, so that what streams already goes on. */
    private Mono<Void> warnOfNextStart(InvalidConfigException error) {
        if (answered == 0) {
            return Mono.error(error);
        }
        LOG.warn("{} goes on until then: {}", config.get().name(), error.getMessage());
        return Mono.empty();
    }

    /** Not the connection's end, behind which another attempt comes. */
    private static boolean isRefusal(Throwable explained) {
        return explained instanceof WalExException && !Failures.isRetryable(explained, true);
    }

    private void warnOfRefusal(Throwable error, WalExConfig used) {
        String reason = String.valueOf(explain(error, used).getMessage());
        if (!reason.equals(refusal)) {
            refusal = reason;
            LOG.warn(
                    "{} subscribes to {} now, could not publish just that, and goes on with what is published; it tries again when it connects next: {}",
                    used.name(),
                    used.subscriptions(),
                    reason);
        }
    }

    private static Throwable explain(Throwable error, WalExConfig used) {
        return Failures.translate(error, used, used.slot().toString());
    }

    /** The subscriptions were changed. */
    void lookAgain() {
        asked.incrementAndGet();
        lookIfDue();
    }

    /** It streams: what was changed while it connected may not have been seen. */
    void lookIfDue() {
        occasions.tryEmitNext(asked);
    }

    /** Prepares for changes while it streams, on a short connection, as long as it is subscribed to; never signals. */
    Flux<Void> looks() {
        Flux<Object> expected = Flux.fromIterable(expectations)
                .<Object>flatMap(Expectation::changes)
                .doOnNext(changed -> asked.incrementAndGet());
        return Flux.merge(occasions.asFlux(), expected)
                .onBackpressureLatest()
                .filter(occasion -> streaming.getAsBoolean() && asked.get() != answered)
                .concatMap(
                        occasion ->
                                ServerConnection.use(connector, this::prepare).onErrorResume(this::warnOfFailure),
                        0);
    }

    private Mono<Void> warnOfFailure(Throwable error) {
        WalExConfig used = config.get();
        LOG.warn(
                "{} subscribes to {} now, and could not look whether they are published; it does when it connects next: {}",
                used.name(),
                used.subscriptions(),
                explain(error, used).getMessage());
        return Mono.empty();
    }

    private void report(WalExConfig used, PublishedTables tables) {
        Set<String> warnings = new LinkedHashSet<>();
        used.subscriptions().stream()
                .map(TablePattern::parse)
                .flatMap(pattern -> tables.missing(pattern).stream())
                .forEach(missing -> warnings.add(used.name() + " subscribes in vain: " + missing));
        expectations.forEach(expectation -> warnings.addAll(check(expectation, tables)));
        warnings.stream().filter(warning -> !warned.contains(warning)).forEach(LOG::warn);
        warned = warnings;
        published.accept(tables);
    }

    /** What must not start need not end: the event that cannot be shown does that. */
    private List<String> check(Expectation expectation, PublishedTables tables) {
        try {
            return expectation.check(tables);
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            if (answered == 0) {
                throw new InvalidConfigException(message, e);
            }
            return List.of(message);
        }
    }
}
