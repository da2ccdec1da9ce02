package io.walex.reactive.setup;

import static io.walex.reactive.server.ServerConnection.text;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.server.Publications.TableName;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Looks for tables of which several publications publish different columns. PostgreSQL refuses to stream from them
 * together, at the first change of such a table, whether it is subscribed to or not.
 *
 * @see <a href="https://www.postgresql.org/docs/current/logical-replication-col-lists.html">Column lists</a>
 */
public final class ColumnLists {

    /** The view works out the columns of each row that it gives, so it is asked for the tables alone that may differ. */
    private static final String OF_LISTED = """
            ) SELECT t.schemaname::text AS schema, t.tablename::text AS name,
                   string_agg(DISTINCT t.pubname::text, ', ') AS publications
              FROM listed
              JOIN pg_class c ON c.oid = listed.relid
              JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_publication_tables t ON t.schemaname = n.nspname AND t.tablename = c.relname
             WHERE t.pubname = ANY ($1)
             GROUP BY 1, 2
            HAVING count(DISTINCT t.attnames) > 1
             ORDER BY 1, 2
            """;

    private static final String WITH_LIST = """
            WITH listed AS (
            SELECT DISTINCT r.prrelid AS relid
              FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
             WHERE p.pubname = ANY ($1) AND r.prattrs IS NOT NULL
            """;

    private static final String WITH_GENERATED_COLUMNS = """
            UNION
            SELECT a.attrelid FROM pg_attribute a
             WHERE a.attgenerated = 's'
               AND (SELECT count(DISTINCT p.pubgencols) > 1 FROM pg_publication p WHERE p.pubname = ANY ($1))
            """;

    private ColumnLists() {}

    public static Mono<List<Obstacle>> obstacles(ServerConnection server, WalExConfig config, ServerFacts facts) {
        if (config.publications().size() < 2 || !facts.version().isAtLeast(15)) {
            return Mono.just(List.of());
        }
        String listed = facts.version().isAtLeast(18) ? WITH_LIST + WITH_GENERATED_COLUMNS : WITH_LIST;
        return server.rows(listed + OF_LISTED, config.publications())
                .map(ColumnLists::obstacle)
                .collectList();
    }

    private static Obstacle obstacle(Map<String, @Nullable String> row) {
        return new Obstacle(
                Subjects.table(new TableName(text(row, "schema"), text(row, "name"))),
                "is published with different columns by publications %s, which PostgreSQL refuses at its first change"
                        .formatted(text(row, "publications")),
                "publish the same columns of it in each of them (column list, publish_generated_columns), or stream from one of them",
                InvalidConfigException::new);
    }

    /** Refuses publications that cannot be streamed together. */
    public static Mono<Void> requireSame(ServerConnection server, WalExConfig config) {
        return config.publications().size() < 2
                ? Mono.empty()
                : server.facts()
                        .flatMap(facts -> obstacles(server, config, facts))
                        .flatMap(Obstacle::requireNone);
    }
}
