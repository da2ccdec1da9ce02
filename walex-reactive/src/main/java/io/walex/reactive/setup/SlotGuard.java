package io.walex.reactive.setup;

import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.ConnectionLostException;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.error.SlotInvalidatedException;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.Acknowledgements;
import io.walex.reactive.replication.ReplicationConnection;
import io.walex.reactive.replication.TimelineHistory;
import io.walex.reactive.server.Connector;
import io.walex.reactive.server.ReplicationSlots.Decoded;
import io.walex.reactive.server.ReplicationSlots.SlotFacts;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Gets a subscription its slot, and remembers enough of it to notice when it is no longer the same. */
public final class SlotGuard {

    private static final int MAX_PREFIX = 40;

    private final WalExConfig config;
    private final Acknowledgements acknowledgements;
    private final Supplier<Lsn> unfinished;
    private final Connector connector;
    private final SlotHolders holders;
    private @Nullable Known known;

    /** Whether a durable slot was there once, be it in use by another. */
    private boolean found;

    /** How much a slot that others may move had decoded when it was last prepared. */
    private @Nullable Decoded decoded;

    /**
     * Guards one subscription's slot.
     *
     * @param unfinished the commit LSN of the transaction that was delivered in part; {@link Lsn#INVALID} when none was
     * @param connector makes connections to look further where the slot may have moved
     * @param scheduler times the looks at a slot that is in use
     */
    public SlotGuard(
            WalExConfig config,
            Acknowledgements acknowledgements,
            Supplier<Lsn> unfinished,
            Connector connector,
            Scheduler scheduler) {
        this.config = config;
        this.acknowledgements = acknowledgements;
        this.unfinished = unfinished;
        this.connector = connector;
        this.holders = new SlotHolders(scheduler);
    }

    /** Where the slot was when it was last prepared. */
    private record Known(String systemIdentifier, int timeline) {}

    /** Told on the event loop. */
    public interface Listener {

        /** The slot does not exist, and is not made where this throws. */
        void onMissing();

        /** Another connection holds the slot, and this one waits for its turn. */
        void onStandingBy();

        /** The slot was moved there, by another consumer that took its turn, and that is where it goes on. */
        void onTakenOver(Lsn until);
    }

    /**
     * Sees to it that the server is the same cluster, and that a durable slot exists, is free, and is what it was. A
     * temporary slot cannot exist yet.
     */
    public Mono<Void> prepare(ServerConnection server, ServerFacts facts, Listener listener) {
        return requireSameCluster(facts)
                .then(Mono.defer(() -> config.slot() instanceof SlotSpec.Durable durable
                        ? prepare(server, facts, durable, listener)
                        : Mono.empty()))
                .then(Mono.fromRunnable(() -> known = new Known(facts.systemIdentifier(), facts.timeline())));
    }

    private Mono<Void> prepare(
            ServerConnection server, ServerFacts facts, SlotSpec.Durable durable, Listener listener) {
        return SlotSetup.find(server, durable.name())
                .switchIfEmpty(Mono.defer(() -> found
                        ? Mono.error(SlotChecks.slotGone(durable.name()))
                        : create(server, durable, facts, listener)))
                .doOnNext(slot -> found = true)
                // What does not fit is not waited for.
                .delayUntil(slot -> SlotChecks.requireFit(slot, facts, config))
                .flatMap(slot -> holders.whenFree(server, slot, durable.whenInUse(), facts, listener::onStandingBy))
                .delayUntil(slot -> SlotChecks.requireFit(slot, facts, config))
                .delayUntil(slot -> durable.takesTurns() ? requireNotRecreated(server, slot, facts) : Mono.empty())
                .delayUntil(slot -> known == null ? Mono.empty() : requireSameHistory(slot, facts, known, listener))
                .mapNotNull(SlotFacts::confirmedFlush)
                .doOnNext(acknowledgements::startAt)
                .then();
    }

    private Mono<Void> requireSameCluster(ServerFacts facts) {
        Known before = known;
        if (before == null) {
            return Mono.empty();
        }
        if (!before.systemIdentifier.equals(facts.systemIdentifier())) {
            return discontinued(
                    "%s:%d is another database cluster than before (system identifier %s, was %s), so %s cannot be continued there; start a new subscription"
                            .formatted(
                                    config.host(),
                                    config.port(),
                                    facts.systemIdentifier(),
                                    before.systemIdentifier,
                                    config.slot()));
        }
        // In the middle of a failover; another attempt is made until it is over.
        return before.timeline != 0 && facts.isStandby()
                ? Mono.error(new ServerUnreachableException(
                        "%s:%d is a standby now, where %s cannot be continued; promote it, or lead the address to the primary"
                                .formatted(config.host(), config.port(), config.slot()),
                        null))
                : Mono.empty();
    }

    private Mono<Void> requireSameHistory(SlotFacts slot, ServerFacts facts, Known before, Listener listener) {
        boolean promoted = before.timeline != facts.timeline() && before.timeline != 0 && !facts.isStandby();
        return (promoted ? requireFailoverCopy(slot, facts, before) : Mono.<Void>empty())
                .then(Mono.defer(() -> requireNotMoved(slot, listener::onTakenOver)));
    }

    /** Where consumers take turns, a slot that was made anew looks like one that another has moved. */
    private Mono<Void> requireNotRecreated(ServerConnection server, SlotFacts slot, ServerFacts facts) {
        boolean sameServer = known != null && known.timeline == facts.timeline();
        return server.slots().decoded(slot.name()).flatMap(now -> {
            Decoded before = decoded;
            if (sameServer && before != null && now.isOfAnotherThan(before)) {
                return discontinued(
                        "Replication slot \"%s\" was made anew by somebody else: the changes between %s and %s cannot be had; start a new subscription to go on from there"
                                .formatted(slot.name(), acknowledgements.flushed(), slot.confirmedFlush()));
            }
            decoded = now;
            return Mono.empty();
        });
    }

    /**
     * What somebody else had the slot skip would be lost without a word; unless it was agreed that consumers of the slot
     * take turns, and what another has confirmed was processed there.
     */
    private Mono<Void> requireNotMoved(SlotFacts slot, Consumer<Lsn> onTakenOver) {
        Lsn confirmed = slot.confirmedFlush();
        if (confirmed == null || !confirmed.isAfter(acknowledgements.flushed())) {
            return Mono.empty();
        }
        if (config.slot().takesTurns()) {
            onTakenOver.accept(confirmed);
            return Mono.empty();
        }
        return discontinued(
                "Replication slot \"%s\" was made anew or moved by somebody else, from %s to %s: the changes between cannot be had; start a new subscription to go on from there"
                        .formatted(slot.name(), acknowledgements.flushed(), confirmed));
    }

    /**
     * Looks again once the server has given the slot to this connection, since when nobody else can move it: the server
     * starts behind what somebody had it skip since the first look, without a word.
     */
    public Mono<Void> requireNotMoved() {
        return config.slot() instanceof SlotSpec.Durable durable
                ? ServerConnection.use(connector, server -> SlotSetup.find(server, durable.name()))
                        .flatMap(slot -> requireNotMoved(slot, until -> takeOverNextTime(slot, until)))
                : Mono.empty();
    }

    /** The next attempt takes over from there. */
    private void takeOverNextTime(SlotFacts slot, Lsn until) {
        throw new ConnectionLostException(
                "Replication slot \"%s\" went to another consumer, which moved it from %s to %s, while it was being started"
                        .formatted(slot.name(), acknowledgements.flushed(), until),
                null);
    }

    /** A promoted standby has the changes only if its copy of the slot is one, and its history has what was delivered. */
    private Mono<Void> requireFailoverCopy(SlotFacts slot, ServerFacts facts, Known before) {
        if (!slot.failover()) {
            return discontinued(
                    "%s:%d went from timeline %d to %d, and slot \"%s\" is not a failover slot: changes may be missing; start a new subscription, and make the slot with SlotSpec.durable(name).forFailover()"
                            .formatted(config.host(), config.port(), before.timeline, facts.timeline(), slot.name()));
        }
        return TimelineHistory.read(connector, facts.timeline())
                .map(history -> history.endOf(before.timeline))
                .flatMap(end -> {
                    if (endsBeforeDelivered(end)) {
                        return discontinued(
                                "%s:%d was promoted at %s, before %s that was already delivered: the promoted standby lacks committed changes; start a new subscription, and set synchronized_standby_slots on the primary"
                                        .formatted(config.host(), config.port(), end, lastDelivered()));
                    }
                    acknowledgements.rewindTo(end);
                    return Mono.empty();
                });
    }

    /** Of a transaction that was delivered in part, only where its commit record begins is known. */
    private boolean endsBeforeDelivered(Lsn end) {
        Lsn begun = unfinished.get();
        return acknowledgements.delivered().isAfter(end) || !begun.equals(Lsn.INVALID) && !end.isAfter(begun);
    }

    private Lsn lastDelivered() {
        Lsn begun = unfinished.get();
        return begun.isAfter(acknowledgements.delivered()) ? begun : acknowledgements.delivered();
    }

    private Mono<SlotFacts> create(
            ServerConnection server, SlotSpec.Durable durable, ServerFacts facts, Listener listener) {
        listener.onMissing();
        if (!durable.createIfMissing()) {
            return Mono.error(SlotChecks.slotNotFound(durable));
        }
        return SlotSetup.create(server, config, durable, facts);
    }

    /** The changes that come next are not to be had from the slot. */
    private static <T> Mono<T> discontinued(String message) {
        return Mono.error(new SlotInvalidatedException(message, null));
    }

    /**
     * A slot that can be started.
     *
     * @param from where a temporary slot begins; null for a durable one, which begins where it was
     */
    public record Obtained(String name, @Nullable Lsn from) {}

    /** Returns the slot, having made it on the connection when it is temporary. */
    public Mono<Obtained> obtain(ReplicationConnection connection, ServerFacts facts) {
        if (config.slot() instanceof SlotSpec.Durable durable) {
            return connection.backendPid().doOnNext(holders::own).thenReturn(new Obtained(durable.name(), null));
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
