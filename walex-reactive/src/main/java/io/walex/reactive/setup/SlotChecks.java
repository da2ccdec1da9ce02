package io.walex.reactive.setup;

import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.config.WhenInUse;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.error.SlotInvalidatedException;
import io.walex.reactive.error.SlotNotFoundException;
import io.walex.reactive.error.UnsupportedServerException;
import io.walex.reactive.error.WalExException;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.server.ReplicationSlots.SlotFacts;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Whether a durable slot is one that the configuration can be streamed from, or can be made. */
public final class SlotChecks {

    private SlotChecks() {}

    /**
     * All that keeps a stream from starting now.
     *
     * @param slot null when there is none
     */
    public static List<Obstacle> obstacles(
            SlotSpec.Durable durable, @Nullable SlotFacts slot, ServerFacts facts, WalExConfig config) {
        if (slot == null) {
            return durable.createIfMissing() ? impossible(durable, facts) : List.of(missing(durable));
        }
        List<Obstacle> obstacles = new ArrayList<>(unfit(slot, facts, config));
        // Whoever holds a slot of others is no matter of ours.
        if (isOurs(slot, config) && slot.activePid() != null && durable.whenInUse() == WhenInUse.FAIL) {
            obstacles.add(inUse(slot));
        }
        return obstacles;
    }

    /** Fails where the server cannot make such a slot. */
    static Mono<Void> requirePossible(SlotSpec.Durable durable, ServerFacts facts) {
        return Obstacle.requireNone(impossible(durable, facts));
    }

    /** Fails where the slot cannot be streamed from, whoever uses it. */
    static Mono<Void> requireFit(SlotFacts slot, ServerFacts facts, WalExConfig config) {
        return Obstacle.requireNone(unfit(slot, facts, config));
    }

    /** Fails where the slot is somebody else's, whatever else is the matter with it. */
    static Mono<Void> requireOurs(SlotFacts slot, WalExConfig config) {
        return Obstacle.requireNone(
                isOurs(slot, config) ? List.of() : List.of(foreign(Subjects.slot(slot.name()), slot, config)));
    }

    static WalExException slotNotFound(SlotSpec.Durable durable) {
        return missing(durable).error();
    }

    static WalExException slotInUse(SlotFacts slot) {
        return inUse(slot).error();
    }

    static WalExException slotGone(String slot) {
        return new SlotInvalidatedException(
                "Replication slot \"%s\" was dropped while it was in use, and with it the changes since; start a new subscription, which makes it anew unless it must exist or a spool asks for it"
                        .formatted(slot),
                null);
    }

    private static Obstacle missing(SlotSpec.Durable durable) {
        return new Obstacle(
                Subjects.slot(durable.name()),
                "does not exist",
                "create it with WalEx.setup(config), or by pg_create_logical_replication_slot('%s', 'pgoutput')"
                        .formatted(durable.name()),
                SlotNotFoundException::new);
    }

    private static List<Obstacle> impossible(SlotSpec.Durable durable, ServerFacts facts) {
        return durable.failover() && !facts.version().isAtLeast(17)
                ? List.of(new Obstacle(
                        Subjects.slot(durable.name()),
                        "cannot be a failover slot before PostgreSQL 17, and this is " + facts.version(),
                        "leave forFailover() out",
                        UnsupportedServerException::new))
                : List.of();
    }

    /** Whether it is a slot of this database for pgoutput, and not somebody else's of the same name. */
    public static boolean isOurs(SlotFacts slot, WalExConfig config) {
        return "pgoutput".equals(slot.plugin()) && config.database().equals(slot.database());
    }

    private static List<Obstacle> unfit(SlotFacts slot, ServerFacts facts, WalExConfig config) {
        String subject = Subjects.slot(slot.name());
        if (!isOurs(slot, config)) {
            return List.of(foreign(subject, slot, config));
        }
        List<Obstacle> obstacles = new ArrayList<>();
        if (slot.synced() && facts.isStandby()) {
            obstacles.add(new Obstacle(
                    Subjects.server(config),
                    "is a standby, and slot \"%s\" there is a copy that cannot be read before it is promoted"
                            .formatted(slot.name()),
                    "promote it, or lead the address to the primary",
                    ServerUnreachableException::new));
        }
        if (slot.invalidation() != null) {
            obstacles.add(new Obstacle(
                    subject,
                    "was invalidated (%s): the server no longer has the WAL that it needs"
                            .formatted(slot.invalidation()),
                    "drop it, take a new snapshot of the tables, and raise max_slot_wal_keep_size or idle_replication_slot_timeout",
                    SlotInvalidatedException::new));
        }
        if (config.twoPhase() != TwoPhase.OFF && !slot.twoPhase()) {
            obstacles.add(new Obstacle(
                    subject,
                    "was made without two-phase decoding",
                    "drop it so that it is made anew, or set twoPhase(OFF)",
                    InvalidConfigException::new));
        }
        if (config.twoPhase() == TwoPhase.OFF && slot.twoPhase()) {
            obstacles.add(new Obstacle(
                    subject,
                    "was made with two-phase decoding, which stays with it",
                    "choose twoPhase(AT_COMMIT) or twoPhase(AT_PREPARE), or drop it so that it is made anew",
                    InvalidConfigException::new));
        }
        return obstacles;
    }

    /** Somebody else's, who needs it: no matter for whoever drops slots that cannot be read any more. */
    private static Obstacle foreign(String subject, SlotFacts slot, WalExConfig config) {
        return new Obstacle(
                subject,
                slot.plugin() == null
                        ? "is a physical slot, of a standby or a backup, which holds no changes for pgoutput"
                        : "belongs to plugin %s and database %s, not to pgoutput and %s"
                                .formatted(slot.plugin(), slot.database(), config.database()),
                "use another name, and do not drop it",
                InvalidConfigException::new);
    }

    private static Obstacle inUse(SlotFacts slot) {
        return new Obstacle(
                Subjects.slot(slot.name()),
                "is active for PID " + slot.activePid(),
                "stop that consumer, use another slot, or choose whenInUse(WAIT)",
                SlotInUseException::new);
    }
}
