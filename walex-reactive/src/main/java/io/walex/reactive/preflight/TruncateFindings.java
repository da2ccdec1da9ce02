package io.walex.reactive.preflight;

import static io.walex.reactive.preflight.Preflight.Finding.costs;
import static io.walex.reactive.preflight.PreflightChecks.text;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.preflight.Preflight.Finding;
import io.walex.reactive.server.Publications.TableName;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.setup.PublicationPlan;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Looks for partitioned tables that are published as their root, or will be: a TRUNCATE of one partition is not sent. */
final class TruncateFindings {

    private static final String PUBLISHED_AS_ROOT = """
            SELECT DISTINCT t.schemaname::text AS schema, t.tablename::text AS name
              FROM pg_publication p
              JOIN pg_publication_tables t ON t.pubname = p.pubname
              JOIN pg_namespace n ON n.nspname = t.schemaname
              JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
             WHERE t.pubname = ANY ($1) AND p.pubviaroot AND p.pubtruncate AND c.relkind = 'p'
             ORDER BY 1, 2
            """;

    private static final String PARTITIONED = """
            SELECT n.nspname::text AS schema, c.relname::text AS name
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'p'
            """;

    private final ServerConnection server;
    private final WalExConfig config;
    private final PublicationPlan plan;

    TruncateFindings(ServerConnection server, WalExConfig config, PublicationPlan plan) {
        this.server = server;
        this.config = config;
        this.plan = plan;
    }

    Mono<List<Finding>> findings() {
        return Flux.concat(server.rows(PUBLISHED_AS_ROOT, config.publications()).map(TruncateFindings::name), added())
                .filter(table -> config.isSubscribed(table.schema(), table.table()))
                .distinct()
                .map(TruncateFindings::finding)
                .collectList();
    }

    /** Those that the publication does not have yet, and publishes as roots where it is made here. */
    private Flux<TableName> added() {
        if (!plan.viaRoot() || plan.added().isEmpty()) {
            return Flux.empty();
        }
        return server.rows(PARTITIONED)
                .map(TruncateFindings::name)
                .<Set<TableName>>collect(HashSet::new, Set::add)
                .flatMapIterable(partitioned ->
                        plan.added().stream().filter(partitioned::contains).toList());
    }

    private static TableName name(Map<String, @Nullable String> row) {
        return new TableName(text(row, "schema"), text(row, "name"));
    }

    private static Finding finding(TableName table) {
        return costs(
                "table " + new TablePattern(table.schema(), table.table()),
                "comes with the changes of its partitions (publish_via_partition_root), and PostgreSQL sends no TRUNCATE of a single one of them: a copy of the table keeps the partition's rows",
                "DELETE the partition's rows where copies must follow, or subscribe to the partitions without publish_via_partition_root");
    }
}
