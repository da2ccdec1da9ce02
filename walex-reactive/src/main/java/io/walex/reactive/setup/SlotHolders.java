package io.walex.reactive.setup;

import io.walex.reactive.config.WhenInUse;
import io.walex.reactive.server.ReplicationSlots.SlotFacts;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Waits for a slot that is in use: as long as it takes where that was chosen; for a walsender of this subscription, until
 * the server must have noticed that it lost us; for anybody else, a moment. Confined to the event loop.
 */
public final class SlotHolders {

    /** How often a slot that is in use is looked at. */
    public static final Duration POLL = Duration.ofMillis(200);

    /** A connection of this process that was just cancelled may hold the slot for a moment. */
    static final Duration MOMENT = Duration.ofSeconds(1);

    /** The server lets go of a dead connection at its wal_sender_timeout; some later it has noticed. */
    private static final Duration TIMEOUT_MARGIN = Duration.ofSeconds(10);

    private static final Duration WITHOUT_TIMEOUT = Duration.ofMinutes(5);

    private final Scheduler scheduler;

    /** The walsenders of this subscription that may hold the slot. */
    private final Set<Integer> own = new HashSet<>();

    SlotHolders(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** A walsender of this subscription is about to use the slot. */
    void own(int pid) {
        own.add(pid);
    }

    /**
     * The slot as it is once nobody uses it.
     *
     * @param onStandingBy called when somebody does, and this waits for its turn
     */
    Mono<SlotFacts> whenFree(
            ServerConnection server, SlotFacts found, WhenInUse whenInUse, ServerFacts facts, Runnable onStandingBy) {
        if (found.activePid() == null) {
            return free(found);
        }
        if (whenInUse == WhenInUse.WAIT) {
            onStandingBy.run();
        }
        long start = scheduler.now(TimeUnit.NANOSECONDS);
        return Mono.delay(POLL, scheduler)
                .then(Mono.defer(() -> server.slots().find(found.name())))
                .switchIfEmpty(Mono.error(() -> SlotChecks.slotGone(found.name())))
                .repeat()
                .filter(slot -> slot.activePid() == null
                        || whenInUse == WhenInUse.FAIL && hasPassed(patience(slot.activePid(), facts), start))
                .next()
                .flatMap(slot -> slot.activePid() == null ? free(slot) : Mono.error(SlotChecks.slotInUse(slot)));
    }

    private Mono<SlotFacts> free(SlotFacts slot) {
        own.clear();
        return Mono.just(slot);
    }

    private Duration patience(int holder, ServerFacts facts) {
        if (!own.contains(holder)) {
            return MOMENT;
        }
        return facts.walSenderTimeout().isZero()
                ? WITHOUT_TIMEOUT
                : facts.walSenderTimeout().plus(TIMEOUT_MARGIN);
    }

    private boolean hasPassed(Duration patience, long start) {
        return scheduler.now(TimeUnit.NANOSECONDS) - start > patience.toNanos();
    }
}
