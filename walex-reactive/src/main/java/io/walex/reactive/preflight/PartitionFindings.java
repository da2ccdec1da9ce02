package io.walex.reactive.preflight;

import static io.walex.reactive.preflight.Preflight.Finding.hurts;
import static io.walex.reactive.preflight.PreflightChecks.isTrue;
import static io.walex.reactive.preflight.PreflightChecks.text;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.preflight.Preflight.Finding;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.TableSelection;
import io.walex.reactive.setup.TableSelections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Looks for partitions that are published as their root and log less of old rows than it says. {@code ALTER TABLE root
 * REPLICA IDENTITY} does not reach them, and what counts is theirs.
 */
final class PartitionFindings {

    // The function fails for what is no table, and in which order conditions are looked at is the planner's choice.
    private static final String PARTITIONS = """
            SELECT DISTINCT rn.nspname::text AS schema, c.relname::text AS name,
                   format('%I.%I', n.nspname, l.relname) AS partition,
                   (pg_get_replica_identity_index(l.oid) IS NOT NULL)::text AS identified
              FROM (COVERED) covered
              JOIN pg_publication p ON p.oid = covered.pubid
              JOIN pg_class c ON c.oid = covered.relid
              JOIN pg_namespace rn ON rn.oid = c.relnamespace
             CROSS JOIN LATERAL pg_partition_tree(CASE WHEN c.relkind = 'p' THEN c.oid END) leaf
              JOIN pg_class l ON l.oid = leaf.relid
              JOIN pg_namespace n ON n.oid = l.relnamespace
             WHERE ($2 OR rn.nspname = ANY ($3) OR c.relname = ANY ($4))
               AND p.pubviaroot AND (p.pubupdate OR p.pubdelete)
               AND c.relkind = 'p' AND leaf.isleaf
               AND l.relreplident <> 'f'
               AND CASE WHEN l.relkind IN ('r', 'f')
                        THEN l.relreplident <> c.relreplident OR pg_get_replica_identity_index(l.oid) IS NULL END
             ORDER BY 1, 2, 3
            """;

    private final ServerConnection server;
    private final WalExConfig config;

    PartitionFindings(ServerConnection server, WalExConfig config) {
        this.server = server;
        this.config = config;
    }

    Mono<List<Finding>> findings() {
        TableSelection subscribed = TableSelections.subscribed(config);
        return server.rows(
                        PARTITIONS.replace("COVERED", server.publications().covered("p.pubname = ANY ($1)")),
                        config.publications(),
                        subscribed.all(),
                        subscribed.schemas(),
                        subscribed.tables())
                .filter(row -> config.isSubscribed(text(row, "schema"), text(row, "name")))
                .map(PartitionFindings::finding)
                .collectList();
    }

    private static Finding finding(Map<String, @Nullable String> row) {
        String partition = text(row, "partition");
        return hurts(
                "partition " + partition,
                isTrue(row, "identified")
                        ? "has another replica identity than %s.%s, which it is published as: what it does not log of old rows comes as NULL"
                                .formatted(row.get("schema"), row.get("name"))
                        : "has no replica identity: PostgreSQL refuses its updates and deletes while it is published",
                "ALTER TABLE " + partition + " REPLICA IDENTITY FULL");
    }
}
