package io.walex.reactive;

import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.Acknowledgements;
import io.walex.reactive.replication.Connector;
import io.walex.reactive.replication.ReplicationConnection;
import io.walex.reactive.replication.ReplicationSlots.SlotFacts;
import io.walex.reactive.replication.ServerConnection;
import io.walex.reactive.replication.ServerConnection.ServerFacts;
import io.walex.reactive.replication.TimelineHistory;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Gets a subscription its slot, and remembers enough of it to notice when it is no longer the same. */
final class SlotGuard {

    /** How often a slot that is in use is looked at. */
    static final Duration POLL = Duration.ofMillis(200);

    /** A connection of this process that was just cancelled may hold the slot for a moment. */
    private static final Duration FIRST_PATIENCE = Duration.ofSeconds(1);

    /** The server lets go of a dead connection at its wal_sender_timeout; some later it has noticed. */
    private static final Duration TIMEOUT_MARGIN = Duration.ofSeconds(10);

    private static final Duration WITHOUT_TIMEOUT = Duration.ofMinutes(5);
    private static final int MAX_PREFIX = 40;

    private final WalExConfig config;
    private final Acknowledgements acknowledgements;
    private final Connector connector;
    private final Scheduler scheduler;
    private @Nullable Known known;

    /**
     * Guards one subscription's slot.
     *
     * @param connector makes connections to look further where the slot may have moved
     * @param scheduler times the looks at a slot that is in use
     */
    SlotGuard(WalExConfig config, Acknowledgements acknowledgements, Connector connector, Scheduler scheduler) {
        this.config = config;
        this.acknowledgements = acknowledgements;
        this.connector = connector;
        this.scheduler = scheduler;
    }

    /** Where the slot was when it was last prepared. */
    private record Known(String systemIdentifier, int timeline) {}

    /**
     * Sees to it that a durable slot exists, is free, and is what it was. Nothing for a temporary slot, which cannot exist
     * yet.
     *
     * @param hasStreamed whether this subscription has streamed from it before
     * @param onWait called when another connection holds the slot
     */
    Mono<Void> prepare(ServerConnection server, ServerFacts facts, boolean hasStreamed, Runnable onWait) {
        if (!(config.slot() instanceof SlotSpec.Durable durable)) {
            return Mono.empty();
        }
        return sameCluster(facts, durable)
                .then(Mono.defer(() -> server.slots().find(durable.name())))
                .switchIfEmpty(Mono.defer(() -> known == null ? create(server, durable, facts) : gone(durable)))
                .flatMap(slot -> whenFree(server, slot, patience(durable, facts, hasStreamed), onWait))
                .delayUntil(this::usable)
                .delayUntil(slot -> known == null ? Mono.empty() : unmoved(slot, facts, known))
                .doOnNext(slot -> {
                    known = new Known(facts.systemIdentifier(), facts.timeline());
                    if (slot.confirmedFlush() != null) {
                        acknowledgements.startAt(slot.confirmedFlush());
                    }
                })
                .then();
    }

    private Mono<Void> sameCluster(ServerFacts facts, SlotSpec.Durable durable) {
        Known before = known;
        if (before == null) {
            return Mono.empty();
        }
        if (!before.systemIdentifier.equals(facts.systemIdentifier())) {
            return invalidated(
                    "%s:%d is another database cluster than before (system identifier %s, was %s), so %s cannot be continued there; start a new subscription"
                            .formatted(
                                    config.host(),
                                    config.port(),
                                    facts.systemIdentifier(),
                                    before.systemIdentifier,
                                    durable));
        }
        // In the middle of a failover; another attempt is made until it is over.
        return before.timeline != 0 && facts.timeline() == 0
                ? Mono.error(new ServerUnreachableException(
                        "%s:%d is a standby now, where %s cannot be continued; promote it, or lead the address to the primary"
                                .formatted(config.host(), config.port(), durable),
                        null))
                : Mono.empty();
    }

    private Duration patience(SlotSpec.Durable durable, ServerFacts facts, boolean hasStreamed) {
        if (durable.whenInUse() == WhenInUse.WAIT) {
            return Duration.ofNanos(Long.MAX_VALUE);
        }
        if (!hasStreamed) {
            return FIRST_PATIENCE;
        }
        return facts.walSenderTimeout().isZero()
                ? WITHOUT_TIMEOUT
                : facts.walSenderTimeout().plus(TIMEOUT_MARGIN);
    }

    /** The slot as it is once nobody uses it. */
    private Mono<SlotFacts> whenFree(ServerConnection server, SlotFacts found, Duration patience, Runnable onWait) {
        if (found.activePid() == null) {
            return Mono.just(found);
        }
        onWait.run();
        long start = scheduler.now(TimeUnit.NANOSECONDS);
        return Mono.delay(POLL, scheduler)
                .then(Mono.defer(() -> server.slots().find(found.name())))
                .switchIfEmpty(Mono.defer(() -> gone(found.name())))
                .repeat()
                .filter(slot -> slot.activePid() == null || hasPassed(patience, start))
                .next()
                .flatMap(slot -> slot.activePid() == null ? Mono.just(slot) : inUse(slot));
    }

    private boolean hasPassed(Duration patience, long start) {
        return scheduler.now(TimeUnit.NANOSECONDS) - start > patience.toNanos();
    }

    private static Mono<SlotFacts> inUse(SlotFacts slot) {
        return Mono.error(new SlotInUseException(
                "Replication slot \"%s\" is active for PID %d; stop that consumer, use another slot, or choose whenInUse(WAIT)"
                        .formatted(slot.name(), slot.activePid()),
                null));
    }

    private Mono<Void> usable(SlotFacts slot) {
        if (slot.plugin() == null) {
            return invalidated(
                    "Replication slot \"%s\" is a physical slot, which holds no changes for pgoutput; use another slot"
                            .formatted(slot.name()));
        }
        if (!"pgoutput".equals(slot.plugin()) || !config.database().equals(slot.database())) {
            return invalidated(
                    "Replication slot \"%s\" belongs to plugin %s and database %s, not to pgoutput and %s; use another slot"
                            .formatted(slot.name(), slot.plugin(), slot.database(), config.database()));
        }
        if (slot.invalidation() != null) {
            return invalidated(
                    "Replication slot \"%s\" was invalidated (%s): the server no longer has the WAL that it needs; drop it, take a new snapshot of the tables, and raise max_slot_wal_keep_size or idle_replication_slot_timeout"
                            .formatted(slot.name(), slot.invalidation()));
        }
        if (config.twoPhase() != TwoPhase.OFF && !slot.twoPhase()) {
            return Mono.error(new InvalidConfigException(
                    "Replication slot \"%s\" was made without two-phase decoding; drop it so that it is made anew, or set twoPhase(OFF)"
                            .formatted(slot.name()),
                    null));
        }
        if (config.twoPhase() == TwoPhase.OFF && slot.twoPhase()) {
            return Mono.error(new InvalidConfigException(
                    "Replication slot \"%s\" was made with two-phase decoding, which stays with it: choose twoPhase(AT_COMMIT) or twoPhase(AT_PREPARE), or drop it so that it is made anew"
                            .formatted(slot.name()),
                    null));
        }
        return Mono.empty();
    }

    /** Within a subscription nobody else may move the slot: what was skipped would be lost without a word. */
    private Mono<Void> unmoved(SlotFacts slot, ServerFacts facts, Known before) {
        if (before.timeline != facts.timeline() && before.timeline != 0 && facts.timeline() != 0) {
            return continued(slot, facts, before);
        }
        Lsn confirmed = slot.confirmedFlush();
        return confirmed == null || !confirmed.isAfter(acknowledgements.flushed())
                ? Mono.empty()
                : invalidated(
                        "Replication slot \"%s\" was made anew or moved by somebody else, from %s to %s: the changes between cannot be had; start a new subscription to go on from there"
                                .formatted(slot.name(), acknowledgements.flushed(), confirmed));
    }

    /** A promoted standby has the changes only if its copy of the slot is one, and its history has what was delivered. */
    private Mono<Void> continued(SlotFacts slot, ServerFacts facts, Known before) {
        if (!slot.failover()) {
            return invalidated(
                    "%s:%d went from timeline %d to %d, and slot \"%s\" is not a failover slot: changes may be missing; start a new subscription, and make the slot with SlotSpec.durable(name).forFailover()"
                            .formatted(config.host(), config.port(), before.timeline, facts.timeline(), slot.name()));
        }
        return TimelineHistory.read(connector, facts.timeline())
                .map(history -> history.endOf(before.timeline))
                .flatMap(end -> {
                    if (acknowledgements.delivered().isAfter(end)) {
                        return invalidated(
                                "%s:%d was promoted at %s, before %s that was already delivered: the promoted standby lacks committed changes; start a new subscription, and set synchronized_standby_slots on the primary"
                                        .formatted(config.host(), config.port(), end, acknowledgements.delivered()));
                    }
                    acknowledgements.rewindTo(end);
                    return Mono.empty();
                });
    }

    private Mono<SlotFacts> create(ServerConnection server, SlotSpec.Durable durable, ServerFacts facts) {
        if (!durable.createIfMissing()) {
            return Mono.error(new SlotNotFoundException(
                    "Replication slot \"%s\" does not exist; create it with WalEx.setup(config), or by pg_create_logical_replication_slot('%s', 'pgoutput')"
                            .formatted(durable.name(), durable.name()),
                    null));
        }
        return SlotSetup.create(server, config, durable, facts)
                .then(Mono.defer(() -> server.slots().find(durable.name())));
    }

    private <T> Mono<T> gone(SlotSpec.Durable durable) {
        return gone(durable.name());
    }

    private static <T> Mono<T> gone(String slot) {
        return invalidated(
                "Replication slot \"%s\" was dropped while it was in use, and with it the changes since; start a new subscription, which makes it anew"
                        .formatted(slot));
    }

    private static <T> Mono<T> invalidated(String message) {
        return Mono.error(new SlotInvalidatedException(message, null));
    }

    /**
     * A slot that can be started.
     *
     * @param from where a temporary slot begins; null for a durable one, which begins where it was
     */
    record Obtained(String name, @Nullable Lsn from) {}

    /** Returns the slot, having made it on the connection when it is temporary. */
    Mono<Obtained> obtain(ReplicationConnection connection, ServerFacts facts) {
        if (config.slot() instanceof SlotSpec.Durable durable) {
            return Mono.just(new Obtained(durable.name(), null));
        }
        String name = temporaryName();
        return connection
                .createTemporarySlot(name, config.twoPhase() != TwoPhase.OFF, facts.version())
                .map(from -> new Obtained(name, from));
    }

    private String temporaryName() {
        String prefix = config.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
        return prefix.substring(0, Math.min(prefix.length(), MAX_PREFIX))
                + "_"
                + Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), Character.MAX_RADIX);
    }
}
