package io.walex.reactive;

import io.walex.reactive.Preflight.Finding;
import io.walex.reactive.Preflight.Severity;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.replication.ReplicationSlots.SlotFacts;
import io.walex.reactive.replication.ServerConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Looks for what would make a stream fail or hurt. */
final class PreflightChecks {

    /** Settings, what is used of them, and what the role may do. */
    private static final String SERVER = """
            SELECT current_setting('wal_level') AS wal_level,
                   current_setting('max_wal_senders') AS max_wal_senders,
                   (SELECT count(*) FROM pg_stat_replication)::text AS wal_senders,
                   current_setting('max_replication_slots') AS max_slots,
                   (SELECT count(*) FROM pg_replication_slots)::text AS slots,
                   (SELECT setting FROM pg_settings WHERE name = 'wal_sender_timeout') AS wal_sender_timeout,
                   current_setting('max_slot_wal_keep_size') AS max_slot_wal_keep_size,
                   (SELECT (rolreplication OR rolsuper)::text FROM pg_roles WHERE rolname = current_user) AS may_replicate,
                   (SELECT CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_replication')
                                THEN pg_has_role('rds_replication', 'member')::text END) AS rds
            """;

    private static final String TABLES = """
            SELECT DISTINCT t.schemaname::text AS schema, t.tablename::text AS name, c.relreplident::text AS identity,
                   (p.pubupdate OR p.pubdelete)::text AS changes_rows,
                   EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)::text AS has_key
              FROM pg_publication_tables t
              JOIN pg_publication p ON p.pubname = t.pubname
              JOIN pg_namespace n ON n.nspname = t.schemaname
              JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
             WHERE t.pubname = ANY ($1)
             ORDER BY 1, 2
            """;

    private final ServerConnection server;
    private final WalExConfig config;

    private PreflightChecks(ServerConnection server, WalExConfig config) {
        this.server = server;
        this.config = config;
    }

    static Mono<Preflight> run(ServerConnection server, WalExConfig config) {
        PreflightChecks checks = new PreflightChecks(server, config);
        return Flux.concat(checks.server(), checks.slot(), checks.publications(), checks.tables())
                .flatMapIterable(Function.identity())
                .collectList()
                .map(Preflight::new);
    }

    private Mono<List<Finding>> server() {
        return server.rows(SERVER).single().map(this::server);
    }

    private List<Finding> server(Map<String, @Nullable String> row) {
        List<Finding> findings = new ArrayList<>();
        if (!"logical".equals(row.get("wal_level"))) {
            findings.add(fails(
                    "wal_level",
                    "is " + row.get("wal_level"),
                    "set wal_level = logical and restart the server (Amazon RDS: rds.logical_replication = 1)"));
        }
        if (!"true".equals(row.get("may_replicate")) && !"true".equals(row.get("rds"))) {
            findings.add(fails(
                    "role " + config.username(),
                    "lacks REPLICATION",
                    "ALTER ROLE ... REPLICATION (Amazon RDS: GRANT rds_replication)"));
        }
        if (number(row, "max_wal_senders") <= number(row, "wal_senders")) {
            findings.add(fails(
                    "max_wal_senders",
                    "all " + row.get("max_wal_senders") + " are in use",
                    "raise it and restart the server"));
        }
        long timeout = number(row, "wal_sender_timeout");
        if (timeout > 0 && config.statusInterval().compareTo(Duration.ofMillis(timeout / 4)) > 0) {
            findings.add(costs(
                    "wal_sender_timeout",
                    "is %d ms, for which the statusInterval of %d ms is too long"
                            .formatted(timeout, config.statusInterval().toMillis()),
                    "nothing: status is sent every %d ms instead".formatted(timeout / 4)));
        }
        if (config.slot() instanceof SlotSpec.Durable && "-1".equals(row.get("max_slot_wal_keep_size"))) {
            findings.add(hurts(
                    "max_slot_wal_keep_size",
                    "is unlimited: a durable slot that nobody reads fills the disk",
                    "set it to what the disk can spare"));
        }
        return findings;
    }

    private Mono<List<Finding>> slot() {
        Mono<Boolean> isFull =
                server.rows(SERVER).single().map(row -> number(row, "slots") >= number(row, "max_slots"));
        Mono<Optional<SlotFacts>> existing = config.slot() instanceof SlotSpec.Durable durable
                ? server.slots().find(durable.name()).map(Optional::of).defaultIfEmpty(Optional.empty())
                : Mono.just(Optional.empty());
        return Mono.zip(existing, isFull)
                .map(found -> found.getT1().map(this::slot).orElseGet(() -> missingSlot(found.getT2())));
    }

    private List<Finding> missingSlot(boolean isFull) {
        if (config.slot() instanceof SlotSpec.Durable durable && !durable.createIfMissing()) {
            return List.of(fails("slot " + durable.name(), "does not exist", "create it with WalEx.setup(config)"));
        }
        return isFull
                ? List.of(fails(
                        "max_replication_slots",
                        "all are taken",
                        "drop slots that nobody needs, or raise it and restart the server"))
                : List.of();
    }

    private List<Finding> slot(SlotFacts slot) {
        String subject = "slot " + slot.name();
        List<Finding> findings = new ArrayList<>();
        if (!"pgoutput".equals(slot.plugin()) || !config.database().equals(slot.database())) {
            findings.add(fails(
                    subject,
                    "belongs to plugin %s and database %s".formatted(slot.plugin(), slot.database()),
                    "use another name"));
        }
        if (slot.invalidation() != null) {
            findings.add(fails(
                    subject,
                    "was invalidated (" + slot.invalidation() + ")",
                    "drop it, and take a new snapshot of the tables"));
        }
        if (slot.activePid() != null
                && config.slot() instanceof SlotSpec.Durable durable
                && durable.whenInUse() == WhenInUse.FAIL) {
            findings.add(fails(
                    subject,
                    "is in use by PID " + slot.activePid(),
                    "stop that consumer, use another slot, or choose whenInUse(WAIT)"));
        }
        if (config.twoPhase() != TwoPhase.OFF && !slot.twoPhase()) {
            findings.add(fails(subject, "was made without two-phase decoding", "drop it so that it is made anew"));
        }
        if ("unreserved".equals(slot.walStatus())) {
            findings.add(hurts(
                    subject,
                    "is about to be invalidated: the WAL it needs may go at the next checkpoint",
                    "stream from it now, and raise max_slot_wal_keep_size"));
        }
        return findings;
    }

    private Mono<List<Finding>> publications() {
        return server.publications()
                .names()
                .map(known -> config.publications().stream()
                        .filter(name -> !known.contains(name))
                        .filter(name -> config.publicationSetup() == PublicationSetup.MUST_EXIST)
                        .map(name -> fails(
                                "publication " + name,
                                "does not exist in database " + config.database(),
                                "CREATE PUBLICATION ..., or choose publicationSetup(CREATE)"))
                        .toList());
    }

    private Mono<List<Finding>> tables() {
        return server.rows(TABLES, (Object) config.publications().toArray(String[]::new))
                .collectList()
                .map(this::tables);
    }

    private List<Finding> tables(List<Map<String, @Nullable String>> published) {
        List<Finding> findings = new ArrayList<>();
        for (String subscription : config.subscriptions()) {
            TablePattern pattern = TablePattern.parse(subscription);
            if (published.stream()
                    .noneMatch(row ->
                            pattern.matches(Objects.toString(row.get("schema")), Objects.toString(row.get("name"))))) {
                findings.add(hurts(
                        "subscription " + subscription,
                        "matches no published table",
                        "add the table to the publication, or correct the name"));
            }
        }
        for (Map<String, @Nullable String> row : published) {
            if (config.isSubscribed(Objects.toString(row.get("schema")), Objects.toString(row.get("name")))) {
                identity(row).ifPresent(findings::add);
            }
        }
        return findings;
    }

    private static Optional<Finding> identity(Map<String, @Nullable String> row) {
        String table = row.get("schema") + "." + row.get("name");
        boolean nothing = "n".equals(row.get("identity"))
                || "d".equals(row.get("identity")) && !"true".equals(row.get("has_key"));
        if (nothing) {
            return "true".equals(row.get("changes_rows"))
                    ? Optional.of(hurts(
                            "table " + table,
                            "has no replica identity: PostgreSQL refuses its updates and deletes while it is published",
                            "give it a primary key, or REPLICA IDENTITY FULL"))
                    : Optional.empty();
        }
        return "f".equals(row.get("identity"))
                ? Optional.of(costs(
                        "table " + table,
                        "has REPLICA IDENTITY FULL: old rows are complete, and each update and delete logs the whole old row",
                        "keep it where oldRecord() and changes() are needed"))
                : Optional.of(costs(
                        "table " + table,
                        "logs the key of old rows only: updates have no changes() beyond it",
                        "REPLICA IDENTITY FULL where old values are needed"));
    }

    private static long number(Map<String, @Nullable String> row, String column) {
        return Long.parseLong(Objects.requireNonNull(row.get(column), column));
    }

    private static Finding fails(String subject, String problem, String remedy) {
        return new Finding(Severity.FAILS, subject, problem, remedy);
    }

    private static Finding hurts(String subject, String problem, String remedy) {
        return new Finding(Severity.HURTS, subject, problem, remedy);
    }

    private static Finding costs(String subject, String problem, String remedy) {
        return new Finding(Severity.COSTS, subject, problem, remedy);
    }
}
