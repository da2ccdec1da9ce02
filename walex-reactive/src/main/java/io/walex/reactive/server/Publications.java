package io.walex.reactive.server;

import static io.walex.reactive.server.ServerConnection.text;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * Looks at, makes and changes publications.
 *
 * @see <a href="https://www.postgresql.org/docs/current/logical-replication-publication.html">Publication</a>
 */
public final class Publications {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** From the next one on, a publication for all tables may have exceptions. */
    private static final int LAST_KNOWN = 18;

    /** What a publication covers, with the numbers of the columns that it lists. */
    private static final String LISTED =
            "SELECT g.* FROM pg_publication p CROSS JOIN LATERAL pg_get_publication_tables(p.pubname::text) g WHERE p.pubname = $1";

    private final ServerConnection server;

    Publications(ServerConnection server) {
        this.server = server;
    }

    /** A table's name as PostgreSQL stores it. */
    public record TableName(String schema, String table) {

        /** As SQL takes it. */
        String quoted() {
            return SqlLiterals.identifier(schema) + "." + SqlLiterals.identifier(table);
        }

        @Override
        public String toString() {
            return schema + "." + table;
        }
    }

    /**
     * A publication.
     *
     * @param viaRoot whether the changes of partitions are published as those of their root
     */
    public record PublicationFacts(String name, boolean forAllTables, boolean viaRoot) {}

    public Mono<List<PublicationFacts>> all() {
        return server.rows("""
                        SELECT pubname::text AS name, puballtables::text AS for_all_tables, pubviaroot::text AS via_root
                          FROM pg_publication ORDER BY 1
                        """)
                .map(row -> new PublicationFacts(
                        text(row, "name"),
                        "true".equals(row.get("for_all_tables")),
                        "true".equals(row.get("via_root"))))
                .collectList();
    }

    /** The names of all publications. */
    public Mono<List<String>> names() {
        return all().map(all -> all.stream().map(PublicationFacts::name).toList());
    }

    /** Those of the tables that a publication covers now. */
    public Mono<List<TableName>> tables(String publication, TableSelection selection) {
        return server.rows("""
                        SELECT n.nspname::text AS schema, c.relname::text AS name
                          FROM pg_publication p
                         CROSS JOIN LATERAL pg_get_publication_tables(p.pubname::text) g
                          JOIN pg_class c ON c.oid = g.relid
                          JOIN pg_namespace n ON n.oid = c.relnamespace
                         WHERE p.pubname = $1
                           AND ($2 OR n.nspname = ANY ($3) OR c.relname = ANY ($4))
                        """, publication, selection.all(), selection.schemas(), selection.tables())
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

    /**
     * The tables that a publication covers now, with those of their columns that it publishes, in their order.
     *
     * @param selection of which tables columns are wanted; others have an empty list
     */
    public Mono<Map<TableName, List<String>>> columns(String publication, TableSelection selection) {
        return server.rows(
                        """
                        SELECT n.nspname::text AS schema, c.relname::text AS name, %s AS columns
                          FROM (%s) covered
                          JOIN pg_class c ON c.oid = covered.relid
                          JOIN pg_namespace n ON n.oid = c.relnamespace
                         ORDER BY 1, 2
                        """.formatted(
                                        selection.isEmpty() ? "NULL" : columnsOf(),
                                        selection.isEmpty() ? covered("p.pubname = $1") : LISTED),
                        publication,
                        selection.all(),
                        selection.schemas(),
                        selection.tables())
                .collectMap(
                        row -> new TableName(text(row, "schema"), text(row, "name")),
                        row -> names(row.get("columns")),
                        LinkedHashMap::new);
    }

    /** PostgreSQL 14 knows no column lists. Others tell columns for each table, or null where all are published. */
    private String columnsOf() {
        return """
                CASE WHEN $2 OR n.nspname = ANY ($3) OR c.relname = ANY ($4) THEN
                     (SELECT json_agg(a.attname ORDER BY a.attnum)
                        FROM pg_attribute a
                       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped %s)
                     END::text""".formatted(
                server.version().isAtLeast(15) ? "AND (covered.attrs IS NULL OR a.attnum = ANY (covered.attrs))" : "");
    }

    /**
     * A query that yields, as {@code pubid} and {@code relid}, what publications cover now: the server's own function,
     * which from PostgreSQL 16 on opens each table to tell its columns. Of a publication for all tables that takes longer
     * than all else together, so these are looked up as the function would, up to the last version that is known to.
     *
     * @param condition on the publication, {@code p}
     * @see <a href="https://www.postgresql.org/docs/current/view-pg-publication-tables.html">pg_publication_tables</a>
     */
    public String covered(String condition) {
        if (server.version().major() > LAST_KNOWN) {
            return """
                    SELECT p.oid AS pubid, g.relid
                      FROM pg_publication p CROSS JOIN LATERAL pg_get_publication_tables(p.pubname::text) g
                     WHERE %s""".formatted(condition);
        }
        return """
                SELECT p.oid AS pubid, r.oid AS relid
                  FROM pg_publication p
                  JOIN pg_class r ON r.relkind = 'r' AND NOT (p.pubviaroot AND r.relispartition)
                       OR r.relkind = 'p' AND p.pubviaroot AND NOT r.relispartition
                 WHERE %1$s AND p.puballtables AND r.relpersistence = 'p' AND r.oid >= 16384
                 UNION ALL
                SELECT p.oid, g.relid
                  FROM pg_publication p CROSS JOIN LATERAL pg_get_publication_tables(p.pubname::text) g
                 WHERE %1$s AND NOT p.puballtables""".formatted(condition);
    }

    private static List<String> names(@Nullable String json) {
        return json == null ? List.of() : List.of(JSON.readValue(json, String[].class));
    }

    /**
     * A table that could be published.
     *
     * @param ancestors the partitioned tables that it is a partition of, directly or not; mostly none
     */
    public record PublishableTable(TableName name, Set<TableName> ancestors) {}

    /** Those of the database's tables that could be published, and partitions of those. */
    public Mono<List<PublishableTable>> publishable(TableSelection selection) {
        return server.rows("""
                        SELECT n.nspname::text AS schema, c.relname::text AS name,
                               an.nspname::text AS ancestor_schema, a.relname::text AS ancestor
                          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                          LEFT JOIN pg_partition_ancestors(CASE WHEN c.relispartition THEN c.oid END) up ON up.relid <> c.oid
                          LEFT JOIN pg_class a ON a.oid = up.relid
                          LEFT JOIN pg_namespace an ON an.oid = a.relnamespace
                         WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
                           AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
                           AND ($1 OR n.nspname = ANY ($2) OR c.relname = ANY ($3)
                                OR an.nspname = ANY ($2) OR a.relname = ANY ($3))
                         ORDER BY 1, 2
                        """, selection.all(), selection.schemas(), selection.tables())
                .collectList()
                .map(Publications::publishable);
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
        // The server's function opens a table; it is to open these only, however the server joins.
        return server.rows(
                        """
                        WITH root AS MATERIALIZED (
                              SELECT c.oid, c.relkind
                                FROM unnest($1, $2) named(schema, name)
                                JOIN pg_namespace n ON n.nspname = named.schema
                                JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = named.name),
                             leaf AS MATERIALIZED (
                              SELECT oid FROM root WHERE relkind = 'r'
                               UNION
                              SELECT tree.relid
                                FROM root CROSS JOIN LATERAL pg_partition_tree(root.oid) tree
                               WHERE root.relkind = 'p' AND tree.isleaf)
                        SELECT n.nspname::text AS schema, c.relname::text AS name
                          FROM leaf
                          JOIN pg_class c ON c.oid = leaf.oid
                          JOIN pg_namespace n ON n.oid = c.relnamespace
                         WHERE CASE WHEN c.relkind = 'r' AND c.relreplident <> 'f'
                                    THEN pg_get_replica_identity_index(leaf.oid) IS NULL END
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
                .formatted(SqlLiterals.identifier(publication), tables));
    }

    /** Publishes more tables. */
    public Mono<Void> addTables(String publication, Collection<TableName> tables) {
        return server.execute(
                "ALTER PUBLICATION " + SqlLiterals.identifier(publication) + " ADD TABLE " + list(tables));
    }

    /** Publishes these tables no longer, which it holds by their names. */
    public Mono<Void> dropTables(String publication, Collection<TableName> tables) {
        return server.execute(
                "ALTER PUBLICATION " + SqlLiterals.identifier(publication) + " DROP TABLE " + list(tables));
    }

    /** Drops a publication; nothing happens when there is none. */
    public Mono<Void> drop(String publication) {
        return server.execute("DROP PUBLICATION IF EXISTS " + SqlLiterals.identifier(publication));
    }

    /** Tables that inherit from these have names of their own. It says nothing of partitions, which always belong. */
    private static String list(Collection<TableName> tables) {
        return tables.stream().map(table -> "ONLY " + table.quoted()).collect(Collectors.joining(", "));
    }
}
