package io.walex.reactive.preflight;

import static io.walex.reactive.preflight.Preflight.Finding.costs;
import static io.walex.reactive.preflight.Preflight.Finding.hurts;
import static io.walex.reactive.preflight.PreflightChecks.isTrue;
import static io.walex.reactive.preflight.PreflightChecks.text;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.preflight.Preflight.Finding;
import io.walex.reactive.server.Publications.TableName;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.TableSelection;
import io.walex.reactive.setup.PublicationPlan;
import io.walex.reactive.setup.TableSelections;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Looks for subscriptions to nothing, and at what the replica identity of each table costs, or will once it is published. */
final class TableFindings {

    private static final String TABLES = """
            SELECT DISTINCT n.nspname::text AS schema, c.relname::text AS name,
                   (c.relreplident = 'f')::text AS identified_by_row,
                   (pg_get_replica_identity_index(c.oid) IS NOT NULL)::text AS identified_by_key,
                   (p.pubupdate OR p.pubdelete)::text AS changes_rows
              FROM (COVERED) covered
              JOIN pg_publication p ON p.oid = covered.pubid
              JOIN pg_class c ON c.oid = covered.relid
              JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE $2 OR n.nspname = ANY ($3) OR c.relname = ANY ($4)
             ORDER BY 1, 2
            """;

    private final ServerConnection server;
    private final WalExConfig config;
    private final PublicationPlan plan;
    private final TableSelection subscribed;

    TableFindings(ServerConnection server, WalExConfig config, PublicationPlan plan) {
        this.server = server;
        this.config = config;
        this.plan = plan;
        this.subscribed = TableSelections.subscribed(config);
    }

    Mono<List<Finding>> findings() {
        return Flux.concat(ofPublished(), ofAdded()).collectList();
    }

    private Flux<Finding> ofPublished() {
        return server.rows(
                        TABLES.replace("COVERED", server.publications().covered("p.pubname = ANY ($1)")),
                        config.publications(),
                        subscribed.all(),
                        subscribed.schemas(),
                        subscribed.tables())
                .collectList()
                .flatMapIterable(this::findings);
    }

    private Flux<Finding> ofAdded() {
        return server.publications()
                .withoutReplicaIdentity(plan.publication(), plan.added())
                .flatMapIterable(refused -> refused)
                .map(table -> withoutIdentity("table " + table, "once it is published"));
    }

    private List<Finding> findings(List<Map<String, @Nullable String>> published) {
        List<Finding> findings = new ArrayList<>();
        for (String subscription : config.subscriptions()) {
            TablePattern pattern = TablePattern.parse(subscription);
            if (!isMatched(pattern, published) && !isMatchedByName(pattern, plan.added())) {
                findings.add(hurts(
                        "subscription " + subscription,
                        "matches no published table",
                        "add the table to the publication, or correct the name"));
            }
        }
        for (Map<String, @Nullable String> row : published) {
            if (config.isSubscribed(text(row, "schema"), text(row, "name"))) {
                identity(row).ifPresent(findings::add);
            }
        }
        return findings;
    }

    private static boolean isMatchedByName(TablePattern pattern, List<TableName> tables) {
        return tables.stream().anyMatch(table -> pattern.matches(table.schema(), table.table()));
    }

    private static Finding withoutIdentity(String table, String when) {
        return hurts(
                table,
                "has no replica identity: PostgreSQL refuses its updates and deletes " + when,
                "give it a primary key, or REPLICA IDENTITY FULL");
    }

    private static boolean isMatched(TablePattern pattern, List<Map<String, @Nullable String>> published) {
        for (Map<String, @Nullable String> row : published) {
            if (pattern.matches(text(row, "schema"), text(row, "name"))) {
                return true;
            }
        }
        return false;
    }

    private static Optional<Finding> identity(Map<String, @Nullable String> row) {
        String table = "table " + row.get("schema") + "." + row.get("name");
        if (isTrue(row, "identified_by_row")) {
            return Optional.of(costs(
                    table,
                    "has REPLICA IDENTITY FULL: old rows are complete, and each update and delete logs the whole old row",
                    "keep it where oldRecord() and changes() are needed"));
        }
        if (isTrue(row, "identified_by_key")) {
            return Optional.of(costs(
                    table,
                    "logs the key of old rows only: updates have no changes() beyond it",
                    "REPLICA IDENTITY FULL where old values are needed"));
        }
        return isTrue(row, "changes_rows")
                ? Optional.of(withoutIdentity(table, "while it is published"))
                : Optional.empty();
    }
}
