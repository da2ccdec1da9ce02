package io.walex.reactive.setup;

import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.failure.Failures;
import io.walex.reactive.replication.ReplicationConnection;
import io.walex.reactive.server.ReplicationSlots.SlotFacts;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Makes and removes what a configuration needs on the server. */
public final class SlotSetup {

    private static final Logger LOG = LoggerFactory.getLogger(SlotSetup.class);
    private static final int DROP_ATTEMPTS = 5;

    private SlotSetup() {}

    public static Mono<Void> setup(ServerConnection server, WalExConfig config) {
        return server.facts()
                .delayUntil(facts -> ServerChecks.requireFit(facts, config))
                .delayUntil(facts -> PublicationMaking.make(server, config))
                .flatMap(facts -> config.slot() instanceof SlotSpec.Durable durable
                        ? find(server, durable.name())
                                .switchIfEmpty(Mono.defer(() -> create(server, config, durable, facts)))
                                .flatMap(slot -> SlotChecks.requireFit(slot, facts, config))
                        : Mono.empty());
    }

    public static Mono<Void> drop(ServerConnection server, WalExConfig config) {
        Mono<Void> slot =
                config.slot() instanceof SlotSpec.Durable durable ? drop(server, durable.name(), config) : Mono.empty();
        return config.publicationSetup() == PublicationSetup.MUST_EXIST
                ? slot
                : slot.then(Mono.defer(
                        () -> server.publications().drop(config.publications().get(0))));
    }

    /** A slot of the same name that is none of ours stays: somebody else needs it. */
    private static Mono<Void> drop(ServerConnection server, String slot, WalExConfig config) {
        return server.slots()
                .find(slot)
                .delayUntil(found -> SlotChecks.requireOurs(found, config))
                .flatMap(found -> drop(server, slot));
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
        return SlotChecks.requirePossible(durable, facts)
                .then(Mono.defer(() -> requireNoPooler(server, config)))
                .then(Mono.defer(() -> createNow(server, durable, config, facts)))
                .then(Mono.defer(() -> find(server, durable.name())))
                // Whoever was making it gave up.
                .switchIfEmpty(Mono.defer(() -> create(server, config, durable, facts)));
    }

    /** Makes a connection for replication beside this one, and closes it; fails where that is impossible. */
    public static Mono<Void> probeReplication(ServerConnection server) {
        return ReplicationConnection.probe(server.connector());
    }

    /** A slot that nothing can be streamed from would keep the server's WAL for ever. */
    private static Mono<Void> requireNoPooler(ServerConnection server, WalExConfig config) {
        return probeReplication(server)
                .onErrorMap(
                        error -> Failures.translate(error, config, config.slot().toString()))
                .onErrorResume(error -> !(error instanceof ServerUnreachableException), other -> Mono.empty());
    }

    private static Mono<Void> createNow(
            ServerConnection server, SlotSpec.Durable durable, WalExConfig config, ServerFacts facts) {
        return server.slots()
                .create(durable.name(), config.twoPhase() != TwoPhase.OFF, durable.failover(), facts.version())
                .doOnNext(from -> LOG.info("Replication slot \"{}\" created at {}", durable.name(), from))
                .then()
                .onErrorResume(Failures.hasState("42710"), exists -> Mono.empty());
    }

    /** Empty when there is none. One that is being made has no position yet, and goes if that fails: it is waited for. */
    static Mono<SlotFacts> find(ServerConnection server, String slot) {
        return server.slots()
                .find(slot)
                .flatMap(found -> found.plugin() == null || found.confirmedFlush() != null
                        ? Mono.just(found)
                        : Mono.delay(SlotHolders.POLL).then(Mono.defer(() -> find(server, slot))));
    }
}
