package io.walex.reactive.snapshot;

import io.walex.reactive.server.ServerVersion;

/** The query for all that reading tables takes. */
final class SourceSql {

    /** The columns that a publication lists are the same in all publications of a stream; else pgoutput refuses. */
    private static final String LISTED = """
            CROSS JOIN LATERAL (
                 SELECT CASE WHEN bool_and(limited.qual IS NOT NULL)
                             THEN json_agg(pg_get_expr(limited.qual, s.published)) END::text AS filters,
                        min(limited.attrs) AS attrs, :generated AS generated
                   FROM (SELECT p.*, pr.prattrs::text AS attrs,
                                CASE WHEN NOT p.puballtables AND NOT EXISTS (
                                          SELECT FROM pg_publication_namespace pn
                                           WHERE pn.pnpubid = p.oid AND pn.pnnspid = r.relnamespace)
                                     THEN pr.prqual END AS qual
                           FROM pg_publication p
                           LEFT JOIN pg_publication_rel pr ON pr.prpubid = p.oid AND pr.prrelid = s.published
                          WHERE p.oid = ANY (string_to_array(s.publications, ',')::oid[])) limited) listed
            """;

    private static final String NOTHING_LISTED =
            "CROSS JOIN LATERAL (SELECT NULL::text AS filters, NULL::text AS attrs, false AS generated) listed";

    /** Of the index that tells rows apart in the stream: that of the replica identity, or the primary key. */
    private static final String KEY = """
            (SELECT json_agg(json_build_array(a.attname, op.names[1], op.names[2], op.names[3],
                                                t.typarray <> 0 AND t.typcategory <> 'A') ORDER BY k.ord)
               FROM (SELECT i.* FROM pg_index i
                      WHERE i.indrelid = r.oid AND i.indisunique AND i.indimmediate AND i.indisvalid
                        AND i.indpred IS NULL AND (i.indisprimary OR r.relreplident = 'i' AND i.indisreplident)
                      ORDER BY r.relreplident = 'i' AND i.indisreplident DESC LIMIT 1) i
              CROSS JOIN LATERAL unnest((i.indkey::int2[])[0:i.indnkeyatts - 1], i.indclass::oid[])
                         WITH ORDINALITY k(attnum, opclass, ord)
               JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.attnum
               JOIN pg_type t ON t.oid = a.atttypid
               JOIN pg_opclass oc ON oc.oid = k.opclass
               LEFT JOIN LATERAL (
                    SELECT ARRAY[max(o.name) FILTER (WHERE o.strategy = 3), max(o.name) FILTER (WHERE o.strategy = 1),
                                 max(o.name) FILTER (WHERE o.strategy = 5)] AS names
                      FROM (SELECT ao.amopstrategy AS strategy,
                                   format('OPERATOR(%I.%s)', opn.nspname, opr.oprname) AS name
                              FROM pg_amop ao
                              JOIN pg_operator opr ON opr.oid = ao.amopopr
                              JOIN pg_namespace opn ON opn.oid = opr.oprnamespace
                             WHERE ao.amopfamily = oc.opcfamily AND ao.amoplefttype = oc.opcintype
                               AND ao.amoprighttype = oc.opcintype
                               AND oc.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')) o) op ON true
             )::text AS key
            """;

    private static final String TABLES = """
            SELECT s.heap::text AS heap, s.published::text AS published,
                   hn.nspname::text AS heap_schema, h.relname::text AS heap_name, am.amname::text AS access_method,
                   pg_relation_filenode(h.oid)::text AS filenode, pg_relation_size(h.oid)::text AS heap_bytes,
                   pg_table_size(h.oid)::text AS bytes, current_setting('block_size') AS block_size,
                   has_schema_privilege(hn.oid, 'USAGE')::text AS may_use,
                   has_table_privilege(h.oid, 'SELECT')::text AS may_read,
                   row_security_active(h.oid)::text AS row_security,
                   listed.filters,
                   CASE WHEN listed.attrs IS NOT NULL
                        THEN 'a.attnum IN (' || replace(listed.attrs, ' ', ', ') || ')'
                        WHEN listed.generated THEN 'a.attgenerated IN ('''', ''s'')'
                        ELSE 'a.attgenerated = ''''' END AS attributes,
                   :columns,
                   :key
              FROM unnest($1::oid[], $2::oid[], $3) WITH ORDINALITY s(heap, published, publications, place)
              JOIN pg_class h ON h.oid = s.heap
              JOIN pg_namespace hn ON hn.oid = h.relnamespace
              LEFT JOIN pg_am am ON am.oid = h.relam
              JOIN pg_class r ON r.oid = s.published
              JOIN pg_namespace rn ON rn.oid = r.relnamespace
              :identity
              :listed
             ORDER BY s.place
            """;

    private SourceSql() {}

    static String tables(ServerVersion version) {
        String published = """
                CASE WHEN listed.attrs IS NOT NULL THEN a.attnum = ANY (string_to_array(listed.attrs, ' ')::int2[])
                     ELSE a.attgenerated = '' OR listed.generated AND a.attgenerated = 's' END""";
        String listed = version.isAtLeast(15)
                ? LISTED.replace(":generated", version.isAtLeast(18) ? "bool_or(limited.pubgencols = 's')" : "false")
                : NOTHING_LISTED;
        return TABLES.replace(":columns", RelationSql.columns(published))
                .replace(":key", KEY)
                .replace(":identity", RelationSql.IDENTITY)
                .replace(":listed", listed);
    }
}
