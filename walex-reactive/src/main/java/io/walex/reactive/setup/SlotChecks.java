package io.walex.reactive.setup;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.error.SlotInvalidatedException;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.server.ReplicationSlots.SlotFacts;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import reactor.core.publisher.Mono;

/** Whether a slot that exists is one that the configuration can be streamed from. */
final class SlotChecks {

    private SlotChecks() {}

    static Mono<Void> usable(SlotFacts slot, ServerFacts facts, WalExConfig config) {
        if (slot.plugin() == null) {
            return foreign(
                    "Replication slot \"%s\" is a physical slot, of a standby or a backup, which holds no changes for pgoutput; use another name, and do not drop it"
                            .formatted(slot.name()));
        }
        if (!"pgoutput".equals(slot.plugin()) || !config.database().equals(slot.database())) {
            return foreign(
                    "Replication slot \"%s\" belongs to plugin %s and database %s, not to pgoutput and %s; use another name, and do not drop it"
                            .formatted(slot.name(), slot.plugin(), slot.database(), config.database()));
        }
        if (slot.synced() && facts.isStandby()) {
            return Mono.error(new ServerUnreachableException(
                    "%s:%d is a standby, and slot \"%s\" there is a copy that cannot be read before it is promoted; promote it, or lead the address to the primary"
                            .formatted(config.host(), config.port(), slot.name()),
                    null));
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

    static <T> Mono<T> gone(String slot) {
        return invalidated(
                "Replication slot \"%s\" was dropped while it was in use, and with it the changes since; start a new subscription, which makes it anew"
                        .formatted(slot));
    }

    static <T> Mono<T> inUse(SlotFacts slot) {
        return Mono.error(new SlotInUseException(
                "Replication slot \"%s\" is active for PID %d; stop that consumer, use another slot, or choose whenInUse(WAIT)"
                        .formatted(slot.name(), slot.activePid()),
                null));
    }

    /** Somebody else's, who needs it: no matter for whoever drops slots that cannot be read any more. */
    private static <T> Mono<T> foreign(String message) {
        return Mono.error(new InvalidConfigException(message, null));
    }

    static <T> Mono<T> invalidated(String message) {
        return Mono.error(new SlotInvalidatedException(message, null));
    }
}
