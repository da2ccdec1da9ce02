package io.walex.reactive.snapshot;

import static io.walex.reactive.server.ServerConnection.text;

import io.walex.reactive.event.TablePattern;
import io.walex.reactive.server.ServerConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Which heaps publications lead to, and as which tables the changes of these come. */
final class PublishedHeaps {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** A heap for each publication and each table that it is published as. */
    private static final String HEAPS = """
            WITH covered AS MATERIALIZED ({covered}),
                 leaf AS (
                  SELECT v.pubid, v.relid AS published, v.relid AS heap
                    FROM covered v JOIN pg_class c ON c.oid = v.relid
                   WHERE c.relkind = 'r'
                   UNION ALL
                  SELECT v.pubid, v.relid, tree.relid
                    FROM covered v JOIN pg_class c ON c.oid = v.relid
                   CROSS JOIN LATERAL pg_partition_tree(v.relid) tree
                   WHERE c.relkind = 'p' AND tree.isleaf)
            SELECT leaf.pubid::text AS publication, leaf.heap::text AS heap, leaf.published::text AS published,
                   n.nspname::text AS schema, c.relname::text AS name,
                   hn.nspname::text AS heap_schema, h.relname::text AS heap_name,
                   (SELECT json_agg(json_build_array(an.nspname, a.relname))
                      FROM pg_partition_ancestors(CASE WHEN c.relispartition THEN c.oid END) up
                      JOIN pg_class a ON a.oid = up.relid
                      JOIN pg_namespace an ON an.oid = a.relnamespace
                     WHERE up.relid <> c.oid)::text AS ancestors
              FROM leaf
              JOIN pg_class c ON c.oid = leaf.published
              JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_class h ON h.oid = leaf.heap AND h.relkind = 'r'
              JOIN pg_namespace hn ON hn.oid = h.relnamespace
             ORDER BY 4, 5, 6, 7, leaf.heap, leaf.pubid
            """;

    /** Of a table name: schema and table. */
    private record Name(String schema, String table) {

        boolean isNamedBy(TablePattern pattern) {
            return pattern.matches(schema, table);
        }
    }

    /**
     * A heap.
     *
     * @param heap its oid
     * @param published the oid of the table that its changes come as
     * @param publications the oids of those that publish it as that, with commas between
     * @param name of the table that its changes come as
     */
    record PublishedHeap(
            String heap, String published, String publications, Name name, Name own, List<Name> ancestors) {

        String schema() {
            return name.schema;
        }

        String table() {
            return name.table;
        }

        /** By the name of the table that its changes come as, or of one that this is a partition of. */
        boolean isNamedBy(TablePattern pattern) {
            return name.isNamedBy(pattern) || ancestors.stream().anyMatch(ancestor -> ancestor.isNamedBy(pattern));
        }

        boolean isLeafNamedBy(TablePattern pattern) {
            return own.isNamedBy(pattern);
        }

        private PublishedHeap and(PublishedHeap other) {
            // The changes of a heap come once, as those of the highest table that any publication names.
            if (ancestors.size() != other.ancestors.size()) {
                return ancestors.size() < other.ancestors.size() ? this : other;
            }
            return new PublishedHeap(heap, published, publications + "," + other.publications, name, own, ancestors);
        }
    }

    private PublishedHeaps() {}

    static Mono<List<PublishedHeap>> of(ServerConnection server, List<String> publications) {
        return server.rows(
                        HEAPS.replace("{covered}", server.publications().covered("p.pubname = ANY ($1)")), publications)
                .collectList()
                .map(PublishedHeaps::merged);
    }

    private static List<PublishedHeap> merged(List<Map<String, @Nullable String>> rows) {
        Map<String, PublishedHeap> heaps = new LinkedHashMap<>();
        Map<String, List<Name>> ancestors = new HashMap<>();
        for (Map<String, @Nullable String> row : rows) {
            PublishedHeap heap = new PublishedHeap(
                    text(row, "heap"),
                    text(row, "published"),
                    text(row, "publication"),
                    new Name(text(row, "schema"), text(row, "name")),
                    new Name(text(row, "heap_schema"), text(row, "heap_name")),
                    ancestors.computeIfAbsent(text(row, "published"), oid -> ancestors(row.get("ancestors"))));
            heaps.merge(heap.heap, heap, PublishedHeap::and);
        }
        return List.copyOf(heaps.values());
    }

    private static List<Name> ancestors(@Nullable String json) {
        List<Name> names = new ArrayList<>();
        if (json != null) {
            JSON.readTree(json)
                    .forEach(name -> names.add(
                            new Name(name.get(0).stringValue(), name.get(1).stringValue())));
        }
        return names;
    }
}
