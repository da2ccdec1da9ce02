package io.walex.reactive.preflight;

import static io.walex.reactive.preflight.Preflight.Finding.costs;
import static io.walex.reactive.preflight.Preflight.Finding.fails;
import static io.walex.reactive.preflight.Preflight.Finding.hurts;
import static io.walex.reactive.preflight.PreflightChecks.isTrue;

import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.preflight.Preflight.Finding;
import io.walex.reactive.server.ReplicationSlots.SlotFacts;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import io.walex.reactive.setup.SlotChecks;
import io.walex.reactive.setup.Subjects;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Looks at the slot, or at whether it could be made, and at what a failover slot needs. */
final class SlotFindings {

    private static final String SETTINGS = """
            SELECT (current_setting('max_replication_slots')::int <= (SELECT count(*) FROM pg_replication_slots))::text
                       AS slots_are_full,
                   pg_is_in_recovery()::text AS standby,
                   (current_setting('sync_replication_slots', true) = 'on')::text AS standby_syncs,
                   (current_setting('synchronized_standby_slots', true) <> '')::text AS waits_for_standbys
            """;

    private final ServerConnection server;
    private final WalExConfig config;
    private final ServerFacts facts;

    SlotFindings(ServerConnection server, WalExConfig config, ServerFacts facts) {
        this.server = server;
        this.config = config;
        this.facts = facts;
    }

    Mono<List<Finding>> findings() {
        return server.rows(SETTINGS).single().flatMap(this::findings);
    }

    private Mono<List<Finding>> findings(Map<String, @Nullable String> settings) {
        return config.slot() instanceof SlotSpec.Durable durable
                ? server.slots()
                        .find(durable.name())
                        .map(Optional::of)
                        .defaultIfEmpty(Optional.empty())
                        .map(slot -> durable(durable, slot.orElse(null), settings))
                : Mono.just(capacity(settings));
    }

    private static List<Finding> capacity(Map<String, @Nullable String> settings) {
        return isTrue(settings, "slots_are_full")
                ? List.of(fails(
                        "max_replication_slots",
                        "all are taken",
                        "drop slots that nobody needs, or raise it and restart the server"))
                : List.of();
    }

    private List<Finding> durable(
            SlotSpec.Durable durable, @Nullable SlotFacts slot, Map<String, @Nullable String> settings) {
        List<Finding> findings = new ArrayList<>();
        SlotChecks.obstacles(durable, slot, facts, config).stream()
                .map(Finding::of)
                .forEach(findings::add);
        if (slot == null && durable.createIfMissing()) {
            findings.addAll(capacity(settings));
        }
        if (slot != null && SlotChecks.isOurs(slot, config) && "unreserved".equals(slot.walStatus())) {
            findings.add(hurts(
                    Subjects.slot(durable.name()),
                    "is about to be invalidated: the WAL it needs may go at the next checkpoint",
                    "stream from it now, and raise max_slot_wal_keep_size"));
        }
        if (durable.failover()) {
            findings.addAll(failover(durable, slot, settings));
        }
        return findings;
    }

    private List<Finding> failover(
            SlotSpec.Durable durable, @Nullable SlotFacts slot, Map<String, @Nullable String> settings) {
        if (!facts.version().isAtLeast(17)) {
            return slot == null
                    ? List.of()
                    : List.of(hurts(
                            Subjects.slot(durable.name()),
                            "is no failover slot, which PostgreSQL %s does not know".formatted(facts.version()),
                            "leave forFailover() out"));
        }
        List<Finding> findings = new ArrayList<>();
        if (slot != null && !slot.failover()) {
            findings.add(
                    hurts(
                            Subjects.slot(durable.name()),
                            "is no failover slot: a promoted standby does not have it",
                            "drop it so that it is made anew, or ALTER_REPLICATION_SLOT ... (FAILOVER) on a replication connection"));
        }
        boolean standby = isTrue(settings, "standby");
        if (!standby && !isTrue(settings, "waits_for_standbys")) {
            findings.add(hurts(
                    "synchronized_standby_slots",
                    "is empty: the stream can get ahead of a standby, which then cannot continue it",
                    "name in it the physical slots of the standbys that may be promoted"));
        }
        if (!isTrue(settings, "standby_syncs")) {
            String remedy = "set sync_replication_slots = on on each standby, with hot_standby_feedback = on, "
                    + "primary_slot_name, and a dbname in primary_conninfo";
            findings.add(
                    standby
                            ? hurts(
                                    "sync_replication_slots",
                                    "is off on this standby: it keeps no copy of the slot",
                                    remedy)
                            : costs(
                                    "sync_replication_slots",
                                    "is off here, which is for standbys: should this server become one, it keeps no copy of the slot",
                                    remedy));
        }
        return findings;
    }
}
