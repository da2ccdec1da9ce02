package io.walex.reactive.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Where a database's own types are described: the query, and what its rows mean. */
public final class TypeCatalog {

    /**
     * Yields one row for each type that is not built in. Every column is text, so that a simple query will do, on a
     * replication connection too. PostgreSQL 14 or newer.
     *
     * <p>Types from OID 10000 on: below, OIDs are the same in every database. Every table and view has a row type, and an
     * array type of that, which hardly any column has: they are left out unless something depends on them, such as a
     * column. The dependency of an array type on its element, which all have, is an internal one.
     */
    public static final String TYPES = """
            SELECT t.oid::text AS oid,
                   n.nspname::text AS schema,
                   t.typname::text AS name,
                   CASE WHEN t.typsubscript = 'pg_catalog.array_subscript_handler'::regproc AND t.typlen = -1
                        THEN 'a' ELSE t.typtype::text END AS kind,
                   CASE t.typtype
                        WHEN 'd' THEN t.typbasetype
                        WHEN 'r' THEN (SELECT rngsubtype FROM pg_catalog.pg_range WHERE rngtypid = t.oid)
                        WHEN 'm' THEN (SELECT rngtypid FROM pg_catalog.pg_range WHERE rngmultitypid = t.oid)
                        ELSE t.typelem END::text AS element,
                   t.typdelim::text AS delimiter,
                   CASE t.typtype WHEN 'c' THEN
                        (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
                                    a.attname, a.atttypid::int8, a.atttypmod) ORDER BY a.attnum)
                           FROM pg_catalog.pg_attribute a
                          WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
                        END::text AS attributes,
                   CASE t.typtype WHEN 'c' THEN
                        (SELECT pg_catalog.bool_or(a.attisdropped)
                           FROM pg_catalog.pg_attribute a
                          WHERE a.attrelid = t.typrelid AND a.attnum > 0)
                        END::text AS has_dropped
              FROM pg_catalog.pg_type t
              JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
             WHERE t.oid >= 10000
               AND NOT (n.nspname IN ('pg_catalog', 'pg_toast', 'information_schema') AND (t.typtype = 'c' OR t.typelem <> 0))
               AND t.oid IN (
                    SELECT o.oid
                      FROM pg_catalog.pg_type o
                      LEFT JOIN pg_catalog.pg_type e ON e.oid = o.typelem AND e.typarray = o.oid
                      LEFT JOIN pg_catalog.pg_class r ON r.oid = coalesce(e.typrelid, o.typrelid) AND r.relkind <> 'c'
                     WHERE r.oid IS NULL
                     UNION ALL
                    SELECT pg_catalog.unnest(ARRAY[u.oid, u.typarray, u.typelem])
                      FROM pg_catalog.pg_depend d
                      JOIN pg_catalog.pg_type u ON u.oid = d.refobjid
                     WHERE d.refclassid = 'pg_catalog.pg_type'::regclass AND d.deptype <> 'i')""";

    /**
     * Yields one row with one column, text: how many digits the server's {@code lc_monetary} gives to the fraction of
     * {@code money}. For {@link TypeRegistry.Builder#moneyScale}.
     */
    public static final String MONEY_SCALE = """
            SELECT (pg_catalog.length(pg_catalog.regexp_replace(1::pg_catalog.money::text, '[^0-9]', '', 'g')) - 1)::text
            AS scale""";

    private static final JsonMapper JSON = JsonMapper.shared();

    private TypeCatalog() {}

    /**
     * Reads a row of {@link #TYPES}.
     *
     * @param column gives a column's text by its name
     */
    public static PgType type(Function<String, @Nullable String> column) {
        return new PgType(
                oid(column, "oid"),
                text(column, "schema"),
                text(column, "name"),
                kind(text(column, "kind").charAt(0)),
                oid(column, "element"),
                text(column, "delimiter").charAt(0),
                attributes(column.apply("attributes")),
                "true".equals(column.apply("has_dropped")));
    }

    private static int oid(Function<String, @Nullable String> column, String name) {
        return Integer.parseUnsignedInt(text(column, name));
    }

    private static String text(Function<String, @Nullable String> column, String name) {
        String text = column.apply(name);
        if (text == null || text.isEmpty()) {
            throw new IllegalArgumentException("No " + name + " in a row of pg_type");
        }
        return text;
    }

    private static PgType.Kind kind(char code) {
        return switch (code) {
            case 'a' -> PgType.Kind.ARRAY;
            case 'b' -> PgType.Kind.BASE;
            case 'c' -> PgType.Kind.COMPOSITE;
            case 'd' -> PgType.Kind.DOMAIN;
            case 'e' -> PgType.Kind.ENUM;
            case 'm' -> PgType.Kind.MULTIRANGE;
            case 'r' -> PgType.Kind.RANGE;
            default -> PgType.Kind.PSEUDO;
        };
    }

    private static List<PgType.Attribute> attributes(@Nullable String json) {
        if (json == null) {
            return List.of();
        }
        List<PgType.Attribute> attributes = new ArrayList<>();
        for (JsonNode attribute : JSON.readTree(json)) {
            attributes.add(new PgType.Attribute(
                    attribute.get(0).asString(),
                    (int) attribute.get(1).longValue(),
                    attribute.get(2).intValue()));
        }
        return attributes;
    }
}
