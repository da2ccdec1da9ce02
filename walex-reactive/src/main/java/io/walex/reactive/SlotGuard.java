package io.walex.reactive;

import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.ReplicationConnection;
import io.walex.reactive.replication.ServerConnection;
import io.walex.reactive.replication.ServerConnection.ServerFacts;
import io.walex.reactive.replication.ServerConnection.SlotFacts;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** Gets a subscription its slot, and remembers enough of it to notice when it is no longer the same. */
final class SlotGuard {

    private static final Logger LOG = LoggerFactory.getLogger(SlotGuard.class);
    private static final int MAX_PREFIX = 40;

    private final WalExConfig config;
    private @Nullable String systemIdentifier;

    SlotGuard(WalExConfig config) {
        this.config = config;
    }

    /**
     * Sees to it that a durable slot exists and is what it was.
     *
     * @return what it has confirmed; empty for a temporary slot, which cannot exist yet
     */
    Mono<Lsn> prepare(ServerConnection server, ServerFacts facts) {
        if (!(config.slot() instanceof SlotSpec.Durable durable)) {
            return Mono.empty();
        }
        if (systemIdentifier != null && !systemIdentifier.equals(facts.systemIdentifier())) {
            return Mono.error(new SlotInvalidatedException(
                    "%s:%d is another database cluster than before (system identifier %s, was %s), so %s cannot be continued there; start a new subscription"
                            .formatted(
                                    config.host(), config.port(), facts.systemIdentifier(), systemIdentifier, durable),
                    null));
        }
        boolean first = systemIdentifier == null;
        systemIdentifier = facts.systemIdentifier();
        return server.slot(durable.name())
                .flatMap(slot -> check(slot))
                .switchIfEmpty(Mono.defer(() -> first ? create(server, durable) : gone(durable)));
    }

    private Mono<Lsn> check(SlotFacts slot) {
        if (!"pgoutput".equals(slot.plugin()) || !config.database().equals(slot.database())) {
            return Mono.error(new SlotInvalidatedException(
                    "Replication slot \"%s\" belongs to plugin %s and database %s, not to pgoutput and %s; use another slot"
                            .formatted(slot.name(), slot.plugin(), slot.database(), config.database()),
                    null));
        }
        if ("lost".equals(slot.walStatus())) {
            return Mono.error(new SlotInvalidatedException(
                    "Replication slot \"%s\" is lost: the server removed WAL that it needs; drop it, take a new snapshot of the tables, and raise max_slot_wal_keep_size"
                            .formatted(slot.name()),
                    null));
        }
        return Mono.justOrEmpty(slot.confirmedFlush());
    }

    private Mono<Lsn> create(ServerConnection server, SlotSpec.Durable durable) {
        if (!durable.createIfMissing()) {
            return Mono.error(new SlotNotFoundException(
                    "Replication slot \"%s\" does not exist; create it with pg_create_logical_replication_slot('%s', 'pgoutput')"
                            .formatted(durable.name(), durable.name()),
                    null));
        }
        return server.createSlot(durable.name(), config.twoPhase() != TwoPhase.OFF)
                .doOnNext(from -> LOG.info("Replication slot \"{}\" created at {}", durable.name(), from));
    }

    private Mono<Lsn> gone(SlotSpec.Durable durable) {
        return Mono.error(new SlotInvalidatedException(
                "Replication slot \"%s\" was dropped while it was in use, and with it the changes since; start a new subscription, which makes it anew"
                        .formatted(durable.name()),
                null));
    }

    /** Returns the slot's name, having made it on the connection when it is temporary. */
    Mono<String> obtain(ReplicationConnection connection, ServerFacts facts) {
        if (config.slot() instanceof SlotSpec.Durable durable) {
            return Mono.just(durable.name());
        }
        String name = temporaryName();
        return connection
                .createTemporarySlot(name, config.twoPhase() != TwoPhase.OFF, facts.version())
                .thenReturn(name);
    }

    private String temporaryName() {
        String prefix = config.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
        return prefix.substring(0, Math.min(prefix.length(), MAX_PREFIX))
                + "_"
                + Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), Character.MAX_RADIX);
    }

    /** Whether this stands by for its slot. */
    boolean isAwaited(Throwable failure) {
        return failure instanceof SlotInUseException
                && config.slot() instanceof SlotSpec.Durable durable
                && durable.whenInUse() == WhenInUse.WAIT;
    }
}
