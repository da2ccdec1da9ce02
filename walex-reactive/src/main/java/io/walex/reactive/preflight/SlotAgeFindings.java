package io.walex.reactive.preflight;

import static io.walex.reactive.preflight.Preflight.Finding.hurts;
import static io.walex.reactive.preflight.PreflightChecks.isTrue;
import static io.walex.reactive.preflight.PreflightChecks.text;

import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.preflight.Preflight.Finding;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import io.walex.reactive.setup.Subjects;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Looks for changes that a slot may hold from before its publications as they are now. PostgreSQL decodes a change with the
 * catalog as it was when the change was made: a publication that did not exist then fails the stream before PostgreSQL 18,
 * and publishes nothing since; of a table that was added later nothing comes.
 *
 * <p>What the slot keeps of the catalog tells: a row of the catalog that was written by a transaction which the slot may
 * still need to look back at ({@code catalog_xmin}) may be newer than changes that it holds. The slot moves on a while
 * after its consumer did, so this may be said of a slot that holds none.
 *
 * @see <a href="https://www.postgresql.org/docs/current/view-pg-replication-slots.html">pg_replication_slots</a>
 */
final class SlotAgeFindings {

    /** A frozen row keeps the transaction that wrote it, which may be billions back: its age is negative then. */
    private static final String SLOT = """
            WITH slot AS (
                SELECT age(catalog_xmin) AS reach
                  FROM pg_replication_slots
                 WHERE slot_name = $1 AND plugin = 'pgoutput' AND database = current_database()
                   AND confirmed_flush_lsn < CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                                                  ELSE pg_current_wal_insert_lsn() END)
            """;

    private static final String PUBLICATIONS_AND_TABLES = """
            SELECT p.pubname::text AS publication, NULL AS schema, NULL AS name, false::text AS partitioned
              FROM slot JOIN pg_publication p ON age(p.xmin) BETWEEN 0 AND slot.reach
             WHERE p.pubname = ANY ($2)
             UNION ALL
            SELECT p.pubname::text, n.nspname::text, c.relname::text, (c.relkind = 'p')::text
              FROM slot JOIN pg_publication_rel r ON age(r.xmin) BETWEEN 0 AND slot.reach
              JOIN pg_publication p ON p.oid = r.prpubid
              JOIN pg_class c ON c.oid = r.prrelid
              JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE p.pubname = ANY ($2) AND NOT age(p.xmin) BETWEEN 0 AND slot.reach
            """;

    private static final String SCHEMAS = """
             UNION ALL
            SELECT p.pubname::text, n.nspname::text, NULL, false::text
              FROM slot JOIN pg_publication_namespace r ON age(r.xmin) BETWEEN 0 AND slot.reach
              JOIN pg_publication p ON p.oid = r.pnpubid
              JOIN pg_namespace n ON n.oid = r.pnnspid
             WHERE p.pubname = ANY ($2) AND NOT age(p.xmin) BETWEEN 0 AND slot.reach
            """;

    private static final String ORDER = " ORDER BY 1, 2, 3";

    private static final String REMEDY =
            "drop it so that it is made anew, and take a new snapshot of the tables, unless its consumer was up to date then";

    private final ServerConnection server;
    private final WalExConfig config;
    private final ServerFacts facts;

    SlotAgeFindings(ServerConnection server, WalExConfig config, ServerFacts facts) {
        this.server = server;
        this.config = config;
        this.facts = facts;
    }

    Mono<List<Finding>> findings() {
        if (!(config.slot() instanceof SlotSpec.Durable durable)) {
            return Mono.just(List.of());
        }
        // PostgreSQL 14 publishes no schemas.
        String sql = SLOT + PUBLICATIONS_AND_TABLES + (facts.version().isAtLeast(15) ? SCHEMAS : "") + ORDER;
        return server.rows(sql, durable.name(), config.publications())
                .filter(this::isWanted)
                .map(row -> hurts(Subjects.slot(durable.name()), problem(row), REMEDY))
                .collectList();
    }

    /** Of a partitioned table, the partitions may be what is subscribed to. */
    private boolean isWanted(Map<String, @Nullable String> row) {
        return row.get("name") == null
                || isTrue(row, "partitioned")
                || config.isSubscribed(text(row, "schema"), text(row, "name"));
    }

    private String problem(Map<String, @Nullable String> row) {
        String publication = text(row, "publication");
        String schema = row.get("schema");
        String name = row.get("name");
        if (schema == null) {
            return "may hold changes from before publication \"%s\" was created or altered, which are published as it was then: "
                            .formatted(publication)
                    + (facts.version().isAtLeast(18)
                            ? "those from before it existed, and those of what was added later, are missing"
                            : "one from before it existed fails the stream, and those of what was added later are missing");
        }
        String added =
                name == null ? "schema " + schema : "table " + new TablePattern(schema, Objects.requireNonNull(name));
        return "may hold changes of %s from before it was added to publication \"%s\", or its columns or row filter were changed there: those from before are missing, or come as they were published then"
                .formatted(added, publication);
    }
}
