package io.walex.reactive.codec;

import java.util.HashMap;
import java.util.Map;

/** The codecs of base types by name: PostgreSQL's own and those of well-known extensions. */
final class BaseCodecs {

    /** Smaller OIDs are PostgreSQL's own. */
    private static final int FIRST_EXTENSION_OID = 10_000;

    private static final Map<String, ColumnCodec> BUILT_IN = builtIn();

    private static final Map<String, ColumnCodec> EXTENSIONS = Map.ofEntries(
            Map.entry("citext", BytesCodecs.TEXT),
            Map.entry("hstore", new HstoreCodec()),
            Map.entry("ltree", BytesCodecs.VERSIONED_TEXT),
            Map.entry("lquery", BytesCodecs.VERSIONED_TEXT),
            Map.entry("ltxtquery", BytesCodecs.VERSIONED_TEXT),
            Map.entry("vector", VectorCodecs.VECTOR),
            Map.entry("halfvec", VectorCodecs.HALFVEC),
            Map.entry("sparsevec", VectorCodecs.SPARSEVEC),
            Map.entry("geometry", BytesCodecs.GEOMETRY),
            Map.entry("geography", BytesCodecs.GEOMETRY));

    private BaseCodecs() {}

    static ColumnCodec codec(PgType type, JsonForm jsonForm, int moneyScale) {
        if (Integer.compareUnsigned(type.oid(), FIRST_EXTENSION_OID) >= 0) {
            return EXTENSIONS.getOrDefault(type.name(), BytesCodecs.UNKNOWN);
        }
        return switch (type.name()) {
            case "json" -> JsonCodec.json(jsonForm);
            case "jsonb" -> JsonCodec.jsonb(jsonForm);
            case "money" -> new MoneyCodec(moneyScale);
            default -> BUILT_IN.getOrDefault(type.name(), BytesCodecs.UNKNOWN);
        };
    }

    private static Map<String, ColumnCodec> builtIn() {
        Map<String, ColumnCodec> codecs = new HashMap<>();
        put(codecs, NumberCodecs.BOOL, "bool");
        put(codecs, NumberCodecs.INT2, "int2");
        put(codecs, NumberCodecs.INT4, "int4");
        put(codecs, NumberCodecs.INT8, "int8");
        put(codecs, NumberCodecs.FLOAT4, "float4");
        put(codecs, NumberCodecs.FLOAT8, "float8");
        put(codecs, NumberCodecs.UNSIGNED_INT4, "oid", "xid", "cid");
        put(codecs, NumberCodecs.UNSIGNED_INT8, "xid8");
        put(codecs, NumericCodec.NUMERIC, "numeric");
        put(codecs, BytesCodecs.TEXT, "text", "varchar", "bpchar", "name", "xml", "cstring", "refcursor", "aclitem");
        put(codecs, BytesCodecs.CHAR, "char");
        put(codecs, BytesCodecs.BYTEA, "bytea");
        put(codecs, BytesCodecs.UUID, "uuid");
        put(codecs, BytesCodecs.BIT, "bit", "varbit");
        put(codecs, BytesCodecs.MACADDR, "macaddr", "macaddr8");
        put(codecs, BytesCodecs.VERSIONED_TEXT, "jsonpath");
        put(codecs, DateTimeCodecs.DATE, "date");
        put(codecs, DateTimeCodecs.TIME, "time");
        put(codecs, DateTimeCodecs.TIMETZ, "timetz");
        put(codecs, DateTimeCodecs.TIMESTAMP, "timestamp");
        put(codecs, DateTimeCodecs.TIMESTAMPTZ, "timestamptz");
        put(codecs, DateTimeCodecs.INTERVAL, "interval");
        put(codecs, NetworkCodecs.INET, "inet");
        put(codecs, NetworkCodecs.CIDR, "cidr");
        put(codecs, GeometryCodecs.POINT, "point");
        put(codecs, GeometryCodecs.LINE, "line");
        put(codecs, GeometryCodecs.LSEG, "lseg");
        put(codecs, GeometryCodecs.BOX, "box");
        put(codecs, GeometryCodecs.PATH, "path");
        put(codecs, GeometryCodecs.POLYGON, "polygon");
        put(codecs, GeometryCodecs.CIRCLE, "circle");
        put(codecs, TextSearchCodecs.TSVECTOR, "tsvector");
        put(codecs, TextSearchCodecs.TSQUERY, "tsquery");
        put(codecs, SystemCodecs.PG_LSN, "pg_lsn");
        put(codecs, SystemCodecs.TID, "tid");
        put(codecs, SystemCodecs.SNAPSHOT, "pg_snapshot", "txid_snapshot");
        put(codecs, SystemCodecs.REG, "regproc", "regprocedure", "regoper", "regoperator", "regclass", "regtype");
        put(codecs, SystemCodecs.REG, "regconfig", "regdictionary", "regnamespace", "regrole", "regcollation");
        put(codecs, new ListCodec(NumberCodecs.INT2), "int2vector");
        put(codecs, new ListCodec(NumberCodecs.UNSIGNED_INT4), "oidvector");
        return codecs;
    }

    private static void put(Map<String, ColumnCodec> codecs, ColumnCodec codec, String... names) {
        for (String name : names) {
            codecs.put(name, codec);
        }
    }
}
