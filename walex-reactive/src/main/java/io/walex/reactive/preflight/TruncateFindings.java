package io.walex.reactive.preflight;

import static io.walex.reactive.preflight.Preflight.Finding.costs;
import static io.walex.reactive.preflight.PreflightChecks.text;

import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.preflight.Preflight.Finding;
import io.walex.reactive.server.Publications.TableName;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.setup.PublicationMaking;
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

    TruncateFindings(ServerConnection server, WalExConfig config) {
        this.server = server;
        this.config = config;
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
        if (config.publicationSetup() == PublicationSetup.MUST_EXIST) {
            return Flux.empty();
        }
        String publication = config.publications().get(0);
        return server.rows(PARTITIONED)
                .map(TruncateFindings::name)
                .<Set<TableName>>collect(HashSet::new, Set::add)
                .filter(partitioned -> !partitioned.isEmpty())
                .filterWhen(partitioned -> publishesAsRoot(publication))
                .flatMapMany(partitioned -> PublicationMaking.toBePublished(server, config)
                        .flatMapIterable(tables -> tables)
                        .filter(partitioned::contains));
    }

    private Mono<Boolean> publishesAsRoot(String publication) {
        return Mono.zip(
                server.publications().names(),
                server.publications().viaRoot(),
                (known, viaRoot) -> !known.contains(publication) || viaRoot.contains(publication));
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
