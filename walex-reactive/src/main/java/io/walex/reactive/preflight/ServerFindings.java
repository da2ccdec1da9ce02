package io.walex.reactive.preflight;

import static io.walex.reactive.preflight.Preflight.Finding.costs;
import static io.walex.reactive.preflight.Preflight.Finding.fails;
import static io.walex.reactive.preflight.Preflight.Finding.hurts;
import static io.walex.reactive.preflight.PreflightChecks.isTrue;
import static io.walex.reactive.preflight.PreflightChecks.number;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.failure.Failures;
import io.walex.reactive.preflight.Preflight.Finding;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import io.walex.reactive.setup.ServerChecks;
import io.walex.reactive.setup.SlotSetup;
import io.walex.reactive.setup.Subjects;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Looks at the server's settings, what is used of them, and what the role may do. */
final class ServerFindings {

    // Sessions are counted by database, since a role without privileges does not see of others' what they are. Those of
    // logical walsenders are counted with them, but not against max_connections.
    private static final String SERVER = """
            SELECT current_setting('max_wal_senders') AS max_wal_senders,
                   (SELECT count(*) FROM pg_stat_replication)::text AS wal_senders,
                   (current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                       - coalesce(current_setting('reserved_connections', true), '0')::int)::text AS max_sessions,
                   ((SELECT sum(numbackends) FROM pg_stat_database WHERE datid <> 0)
                       - (SELECT count(*) FROM pg_replication_slots WHERE active AND slot_type = 'logical'))::text AS sessions,
                   current_setting('max_slot_wal_keep_size') AS max_slot_wal_keep_size,
                   (SELECT (rolreplication OR rolsuper)::text FROM pg_roles WHERE rolname = current_user) AS may_replicate,
                   (SELECT CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_replication')
                                THEN pg_has_role('rds_replication', 'member')::text END) AS rds
            """;

    private final ServerConnection server;
    private final WalExConfig config;
    private final ServerFacts facts;

    ServerFindings(ServerConnection server, WalExConfig config, ServerFacts facts) {
        this.server = server;
        this.config = config;
        this.facts = facts;
    }

    Mono<List<Finding>> findings() {
        return server.rows(SERVER)
                .single()
                .map(this::findings)
                // One after the other: this takes a walsender, and those are counted.
                .flatMap(settings -> connection().doOnNext(settings::addAll).thenReturn(settings));
    }

    /** What else can be in the way of a connection for replication is among the settings. */
    private Mono<List<Finding>> connection() {
        return SlotSetup.probeReplication(server)
                .thenReturn(List.<Finding>of())
                .onErrorMap(
                        error -> Failures.translate(error, config, config.slot().toString()))
                .onErrorResume(
                        ServerUnreachableException.class,
                        pooler -> Mono.just(List.of(fails(
                                Subjects.server(config),
                                "gives no connection for replication: " + reported(pooler),
                                "connect to the server itself, not through a pooler"))))
                .onErrorReturn(List.of());
    }

    /** What the pooler said, without the remedy of the error. */
    private static String reported(ServerUnreachableException pooler) {
        Throwable cause = pooler.getCause();
        return String.valueOf((cause == null ? pooler : cause).getMessage());
    }

    private List<Finding> findings(Map<String, @Nullable String> row) {
        List<Finding> findings = new ArrayList<>();
        ServerChecks.obstacles(facts, config).stream().map(Finding::of).forEach(findings::add);
        if (!isTrue(row, "may_replicate") && !isTrue(row, "rds")) {
            findings.add(fails(
                    Subjects.role(config),
                    "lacks REPLICATION",
                    "ALTER ROLE ... REPLICATION (Amazon RDS: GRANT rds_replication)"));
        }
        if (number(row, "max_wal_senders") <= number(row, "wal_senders")) {
            findings.add(fails(
                    "max_wal_senders",
                    "all " + row.get("max_wal_senders") + " are in use",
                    "raise it and restart the server"));
        }
        // One of them is ours, which looks for this.
        if (number(row, "max_sessions") <= number(row, "sessions")) {
            findings.add(hurts(
                    "max_connections",
                    "no session is left beside this one, and each attempt to connect takes one for a moment",
                    "close sessions that nobody needs, or raise it and restart the server"));
        }
        long timeout = facts.walSenderTimeout().toMillis();
        if (timeout > 0 && config.statusInterval().compareTo(Duration.ofMillis(timeout / 4)) > 0) {
            findings.add(costs(
                    "wal_sender_timeout",
                    "is %d ms, for which the statusInterval of %d ms is too long"
                            .formatted(timeout, config.statusInterval().toMillis()),
                    "nothing: status is sent every %d ms instead".formatted(timeout / 4)));
        }
        if (config.slot().survivesConnection() && "-1".equals(row.get("max_slot_wal_keep_size"))) {
            findings.add(hurts(
                    "max_slot_wal_keep_size",
                    "is unlimited: a durable slot that nobody reads fills the disk",
                    "set it to what the disk can spare"));
        }
        return findings;
    }
}
