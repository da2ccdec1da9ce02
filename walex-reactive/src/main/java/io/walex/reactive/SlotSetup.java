package io.walex.reactive;

import io.walex.reactive.event.TablePattern;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.replication.Publications;
import io.walex.reactive.replication.Publications.TableName;
import io.walex.reactive.replication.ReplicationSlots.SlotFacts;
import io.walex.reactive.replication.ServerConnection;
import io.walex.reactive.replication.ServerConnection.ServerFacts;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Makes and removes what a configuration needs on the server. */
final class SlotSetup {

    private static final Logger LOG = LoggerFactory.getLogger(SlotSetup.class);
    private static final int DROP_ATTEMPTS = 5;
    private static final int V17 = 170000;

    private SlotSetup() {}

    static Mono<Void> setup(ServerConnection server, WalExConfig config) {
        return server.facts()
                .delayUntil(facts -> ServerChecks.walLevel(facts, config))
                .delayUntil(facts -> publications(server, config))
                .flatMap(facts -> config.slot() instanceof SlotSpec.Durable durable
                        ? find(server, durable.name())
                                .switchIfEmpty(Mono.defer(() -> create(server, config, durable, facts)))
                                .flatMap(slot -> SlotChecks.usable(slot, facts, config))
                        : Mono.empty());
    }

    static Mono<Void> drop(ServerConnection server, WalExConfig config) {
        Mono<Void> slot =
                config.slot() instanceof SlotSpec.Durable durable ? drop(server, durable.name()) : Mono.empty();
        return config.publicationSetup() == PublicationSetup.MUST_EXIST
                ? slot
                : slot.then(Mono.defer(
                        () -> server.publications().drop(config.publications().get(0))));
    }

    /** Somebody else may be dropping the slot too, or a connection that was just cancelled may hold it for a moment. */
    private static Mono<Void> drop(ServerConnection server, String slot) {
        return server.slots()
                .drop(slot)
                .onErrorResume(Failures.hasState("42704"), gone -> Mono.empty())
                .retryWhen(Retry.fixedDelay(DROP_ATTEMPTS, SlotHolders.POLL)
                        .filter(Failures.hasState("55006"))
                        .onRetryExhaustedThrow((attempts, last) -> last.failure()));
    }

    /** The slot as it was made, by this call or by another that came at the same time. */
    static Mono<SlotFacts> create(
            ServerConnection server, WalExConfig config, SlotSpec.Durable durable, ServerFacts facts) {
        if (durable.failover() && facts.version() < V17) {
            return Mono.error(new UnsupportedServerException(
                    "PostgreSQL %d does not know failover slots, which takes 17 or newer; leave forFailover() out"
                            .formatted(facts.version() / 10000),
                    null));
        }
        return server.slots()
                .create(durable.name(), config.twoPhase() != TwoPhase.OFF, durable.failover(), facts.version())
                .doOnNext(from -> LOG.info("Replication slot \"{}\" created at {}", durable.name(), from))
                .then()
                .onErrorResume(Failures.hasState("42710"), exists -> Mono.empty())
                .then(Mono.defer(() -> find(server, durable.name())))
                // Whoever was making it gave up.
                .switchIfEmpty(Mono.defer(() -> create(server, config, durable, facts)));
    }

    /** Empty when there is none. One that is being made has no position yet, and goes if that fails: it is waited for. */
    static Mono<SlotFacts> find(ServerConnection server, String slot) {
        return server.slots()
                .find(slot)
                .flatMap(found -> found.plugin() == null || found.confirmedFlush() != null
                        ? Mono.just(found)
                        : Mono.delay(SlotHolders.POLL).then(Mono.defer(() -> find(server, slot))));
    }

    /** Checks the publications, or makes the one to be what the configuration says. */
    static Mono<Void> publications(ServerConnection server, WalExConfig config) {
        return makePublications(server, config)
                // Somebody else has made or altered it since it was looked for: look again.
                .onErrorResume(
                        Failures.hasState("42710", "23505", "42704"), changed -> makePublications(server, config));
    }

    private static Mono<Void> makePublications(ServerConnection server, WalExConfig config) {
        Publications publications = server.publications();
        return publications.names().flatMap(known -> switch (config.publicationSetup()) {
            case MUST_EXIST -> ServerChecks.publications(known, config);
            case CREATE -> known.containsAll(config.publications()) ? Mono.empty() : create(publications, config);
            case CREATE_OR_ALTER ->
                known.containsAll(config.publications()) ? alter(publications, config) : create(publications, config);
        });
    }

    private static Mono<Void> create(Publications publications, WalExConfig config) {
        String name = config.publications().get(0);
        return (config.subscriptions().contains("*")
                        ? publications.createForAllTables(name)
                        : toPublish(publications, config).flatMap(tables -> publications.create(name, tables)))
                .doOnSuccess(done -> LOG.info("Publication \"{}\" created", name));
    }

    private static Mono<Void> alter(Publications publications, WalExConfig config) {
        String name = config.publications().get(0);
        return publications.forAllTables().flatMap(covering -> {
            if (covering.contains(name)) {
                return Mono.empty();
            }
            return toPublish(publications, config)
                    .flatMap(tables -> PublicationChange.find(publications, config, tables))
                    .filter(change -> !change.isEmpty())
                    .flatMap(change -> alter(publications, name, change));
        });
    }

    private static Mono<Void> alter(Publications publications, String name, PublicationChange change) {
        Mono<Void> added = change.added().isEmpty() ? Mono.empty() : publications.addTables(name, change.added());
        Mono<Void> dropped =
                change.dropped().isEmpty() ? Mono.empty() : publications.dropTables(name, change.dropped());
        return added.then(dropped)
                .doOnSuccess(done -> LOG.info(
                        "Publication \"{}\" altered: added {}, dropped {}", name, change.added(), change.dropped()));
    }

    private static Mono<List<TableName>> toPublish(Publications publications, WalExConfig config) {
        return subscribed(publications, config)
                .flatMap(tables -> tables.isEmpty()
                        ? Mono.error(new InvalidConfigException(
                                "None of the tables %s exists in database \"%s\", so there is nothing to publish; create them first"
                                        .formatted(config.subscriptions(), config.database()),
                                null))
                        : Mono.just(tables));
    }

    /** The tables that a publication made by the library holds. */
    static Mono<List<TableName>> subscribed(Publications publications, WalExConfig config) {
        List<TablePattern> patterns =
                config.subscriptions().stream().map(TablePattern::parse).toList();
        return publications
                .publishable()
                .map(tables -> tables.stream()
                        .filter(table ->
                                patterns.stream().anyMatch(pattern -> pattern.matches(table.schema(), table.table())))
                        .toList());
    }
}
