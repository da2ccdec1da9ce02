package io.walex.reactive.snapshot;

import static io.walex.reactive.server.ServerConnection.text;

import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.RelationColumn;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Describes a table as pgoutput does, in queries that call it {@code r}, of {@code pg_class}, with its {@code rn}. */
final class RelationSql {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** The index, if any, whose columns are the key of the replica identity; {@code ri}. */
    static final String IDENTITY = """
            LEFT JOIN LATERAL (
                 SELECT i.* FROM pg_index i
                  WHERE i.indrelid = r.oid AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL
                    AND CASE r.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END) ri ON true
            """;

    private RelationSql() {}

    /**
     * What {@link #relation} reads.
     *
     * @param published which attributes {@code a} are columns
     */
    static String columns(String published) {
        return """
                r.relreplident::text AS identity, rn.nspname::text AS schema, r.relname::text AS name,
                (SELECT json_agg(json_build_array(a.attname,
                                 r.relreplident = 'f' OR coalesce(a.attnum = ANY ((ri.indkey::int2[])[0:ri.indnkeyatts - 1]), false),
                                 a.atttypid::bigint, a.atttypmod, t.typsend <> 0) ORDER BY a.attnum)
                   FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                  WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped AND (%s))::text AS columns
                """.formatted(published);
    }

    /** A relation, and which of its columns have a binary form. */
    record Described(Relation relation, boolean[] binary) {}

    static Described relation(int oid, Map<String, @Nullable String> row) {
        List<RelationColumn> columns = new ArrayList<>();
        String json = row.get("columns");
        JsonNode described = JSON.readTree(json == null ? "[]" : json);
        boolean[] binary = new boolean[described.size()];
        for (JsonNode column : described) {
            binary[columns.size()] = column.get(4).booleanValue();
            columns.add(new RelationColumn(
                    column.get(0).stringValue(),
                    column.get(1).booleanValue(),
                    (int) column.get(2).longValue(),
                    column.get(3).intValue()));
        }
        return new Described(
                new Relation(0, oid, text(row, "schema"), text(row, "name"), identity(text(row, "identity")), columns),
                binary);
    }

    private static ReplicaIdentity identity(String code) {
        for (ReplicaIdentity identity : ReplicaIdentity.values()) {
            if (identity.code() == code.charAt(0)) {
                return identity;
            }
        }
        throw new IllegalArgumentException("Replica identity " + code);
    }
}
