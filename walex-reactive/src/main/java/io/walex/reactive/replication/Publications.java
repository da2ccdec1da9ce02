package io.walex.reactive.replication;

import static io.walex.reactive.replication.ServerConnection.column;
import static io.walex.reactive.replication.ServerConnection.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Looks at, makes and changes publications.
 *
 * @see <a href="https://www.postgresql.org/docs/current/logical-replication-publication.html">Publication</a>
 */
public final class Publications {

    private final ServerConnection server;

    Publications(ServerConnection server) {
        this.server = server;
    }

    /** A table's name as PostgreSQL stores it. */
    public record TableName(String schema, String table) {

        /** As SQL takes it. */
        String quoted() {
            return StartReplication.quoted(schema) + "." + StartReplication.quoted(table);
        }

        @Override
        public String toString() {
            return schema + "." + table;
        }
    }

    /** The names of all publications. */
    public Mono<List<String>> names() {
        return server.rows("SELECT pubname::text AS name FROM pg_publication ORDER BY 1")
                .collectList()
                .map(rows -> column(rows, "name"));
    }

    /** The names of those publications that are for all tables. */
    public Mono<List<String>> forAllTables() {
        return server.rows("SELECT pubname::text AS name FROM pg_publication WHERE puballtables")
                .collectList()
                .map(rows -> column(rows, "name"));
    }

    /** The names of those publications that publish the changes of partitions as those of their root. */
    public Mono<List<String>> viaRoot() {
        return server.rows("SELECT pubname::text AS name FROM pg_publication WHERE pubviaroot")
                .collectList()
                .map(rows -> column(rows, "name"));
    }

    /** The tables that a publication covers now. */
    public Mono<List<TableName>> tables(String publication) {
        return server.rows(
                        "SELECT schemaname::text AS schema, tablename::text AS name FROM pg_publication_tables WHERE pubname = $1",
                        publication)
                .map(row -> new TableName(text(row, "schema"), text(row, "name")))
                .collectList();
    }

    /** The tables that a publication holds by their names, and not with all others or with their schema. */
    public Mono<List<TableName>> tablesByName(String publication) {
        return server.rows("""
                        SELECT n.nspname::text AS schema, c.relname::text AS name
                          FROM pg_publication p
                          JOIN pg_publication_rel r ON r.prpubid = p.oid
                          JOIN pg_class c ON c.oid = r.prrelid
                          JOIN pg_namespace n ON n.oid = c.relnamespace
                         WHERE p.pubname = $1
                        """, publication)
                .map(row -> new TableName(text(row, "schema"), text(row, "name")))
                .collectList();
    }

    /** The columns of the tables that a publication covers now, in their order; those of a column list where it has one. */
    public Mono<Map<TableName, List<String>>> columns(String publication) {
        // PostgreSQL 14 knows no column lists, and its view has no attnames.
        return server.rows("""
                        SELECT t.schemaname::text AS schema, t.tablename::text AS name, a.attname::text AS column
                          FROM pg_publication_tables t
                          JOIN pg_namespace n ON n.nspname = t.schemaname
                          JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
                          LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                               AND coalesce(to_jsonb(t) -> 'attnames' @> to_jsonb(a.attname::text), true)
                         WHERE t.pubname = $1
                         ORDER BY 1, 2, a.attnum
                        """, publication).collectList().map(Publications::columns);
    }

    private static Map<TableName, List<String>> columns(List<Map<String, @Nullable String>> rows) {
        Map<TableName, List<String>> columns = new LinkedHashMap<>();
        for (Map<String, @Nullable String> row : rows) {
            List<String> known = columns.computeIfAbsent(
                    new TableName(text(row, "schema"), text(row, "name")), table -> new ArrayList<>());
            String column = row.get("column");
            if (column != null) {
                known.add(column);
            }
        }
        return columns;
    }

    /**
     * A table that could be published.
     *
     * @param ancestors the partitioned tables that it is a partition of, directly or not; mostly none
     */
    public record PublishableTable(TableName name, Set<TableName> ancestors) {}

    /** The database's tables that could be published, partitions among them. */
    public Mono<List<PublishableTable>> publishable() {
        return server.rows("""
                        SELECT n.nspname::text AS schema, c.relname::text AS name,
                               an.nspname::text AS ancestor_schema, a.relname::text AS ancestor
                          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                          LEFT JOIN pg_partition_ancestors(c.oid) up ON up.relid <> c.oid
                          LEFT JOIN pg_class a ON a.oid = up.relid
                          LEFT JOIN pg_namespace an ON an.oid = a.relnamespace
                         WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
                           AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
                         ORDER BY 1, 2
                        """).collectList().map(Publications::publishable);
    }

    private static List<PublishableTable> publishable(List<Map<String, @Nullable String>> rows) {
        Map<TableName, Set<TableName>> ancestors = new LinkedHashMap<>();
        for (Map<String, @Nullable String> row : rows) {
            Set<TableName> known = ancestors.computeIfAbsent(
                    new TableName(text(row, "schema"), text(row, "name")), table -> new HashSet<>());
            if (row.get("ancestor") != null) {
                known.add(new TableName(text(row, "ancestor_schema"), text(row, "ancestor")));
            }
        }
        return ancestors.entrySet().stream()
                .map(table -> new PublishableTable(table.getKey(), table.getValue()))
                .toList();
    }

    /**
     * Those of the tables, or of their partitions, whose updates and deletes PostgreSQL refuses once they are in the
     * publication; none where that exists and publishes neither.
     */
    public Mono<List<TableName>> withoutReplicaIdentity(String publication, Collection<TableName> tables) {
        return server.rows(
                        """
                        SELECT DISTINCT n.nspname::text AS schema, c.relname::text AS name
                          FROM unnest($1, $2) root(schema, name)
                          JOIN pg_namespace rn ON rn.nspname = root.schema
                          JOIN pg_class r ON r.relnamespace = rn.oid AND r.relname = root.name
                         CROSS JOIN LATERAL (
                                SELECT r.oid AS relid WHERE r.relkind = 'r'
                                 UNION SELECT relid FROM pg_partition_tree(r.oid) WHERE isleaf) leaf
                          JOIN pg_class c ON c.oid = leaf.relid
                          JOIN pg_namespace n ON n.oid = c.relnamespace
                         WHERE CASE WHEN c.relkind = 'r' AND c.relreplident <> 'f'
                                    THEN pg_get_replica_identity_index(c.oid) IS NULL END
                           AND NOT EXISTS (
                                SELECT FROM pg_publication
                                 WHERE pubname = $3 AND NOT pubupdate AND NOT pubdelete)
                         ORDER BY 1, 2
                        """,
                        tables.stream().map(TableName::schema).toList(),
                        tables.stream().map(TableName::table).toList(),
                        publication)
                .map(row -> new TableName(text(row, "schema"), text(row, "name")))
                .collectList();
    }

    /** Creates a publication of all tables, also of those to come; the changes of partitions come as their root's. */
    public Mono<Void> createForAllTables(String publication) {
        return create(publication, "ALL TABLES");
    }

    /** Creates a publication of these tables; the changes of their partitions come as theirs. */
    public Mono<Void> create(String publication, Collection<TableName> tables) {
        return create(publication, "TABLE " + list(tables));
    }

    private Mono<Void> create(String publication, String tables) {
        return server.execute("CREATE PUBLICATION %s FOR %s WITH (publish_via_partition_root = true)"
                .formatted(StartReplication.quoted(publication), tables));
    }

    /** Publishes more tables. */
    public Mono<Void> addTables(String publication, Collection<TableName> tables) {
        return server.execute(
                "ALTER PUBLICATION " + StartReplication.quoted(publication) + " ADD TABLE " + list(tables));
    }

    /** Publishes these tables no longer, which it holds by their names. */
    public Mono<Void> dropTables(String publication, Collection<TableName> tables) {
        return server.execute(
                "ALTER PUBLICATION " + StartReplication.quoted(publication) + " DROP TABLE " + list(tables));
    }

    /** Drops a publication; nothing happens when there is none. */
    public Mono<Void> drop(String publication) {
        return server.execute("DROP PUBLICATION IF EXISTS " + StartReplication.quoted(publication));
    }

    /** Tables that inherit from these have names of their own. It says nothing of partitions, which always belong. */
    private static String list(Collection<TableName> tables) {
        return tables.stream().map(table -> "ONLY " + table.quoted()).collect(Collectors.joining(", "));
    }
}
