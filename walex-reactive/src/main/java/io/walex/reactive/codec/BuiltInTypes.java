package io.walex.reactive.codec;

import io.walex.reactive.codec.PgType.Kind;
import java.util.ArrayList;
import java.util.List;

/** The types that have the same OID in every database, as {@code pg_type.dat} of PostgreSQL 18 gives them. */
final class BuiltInTypes {

    private static final String CATALOG = "pg_catalog";

    /** OID, name, OID of its array (0: none). */
    private static final String BASE = """
            16 bool 1000      17 bytea 1001        18 char 1002         19 name 1003          20 int8 1016
            21 int2 1005      23 int4 1007         24 regproc 1008      25 text 1009          26 oid 1028
            27 tid 1010       28 xid 1011          29 cid 1012          114 json 199          142 xml 143
            600 point 1017    601 lseg 1018        602 path 1019        603 box 1020          604 polygon 1027
            628 line 629      650 cidr 651         700 float4 1021      701 float8 1022       718 circle 719
            774 macaddr8 775  790 money 791        829 macaddr 1040     869 inet 1041         1033 aclitem 1034
            1042 bpchar 1014  1043 varchar 1015    1082 date 1182       1083 time 1183        1114 timestamp 1115
            1184 timestamptz 1185                  1186 interval 1187   1266 timetz 1270      1560 bit 1561
            1562 varbit 1563  1700 numeric 1231    1790 refcursor 2201  2202 regprocedure 2207
            2203 regoper 2208 2204 regoperator 2209                     2205 regclass 2210    2206 regtype 2211
            2275 cstring 1263 2950 uuid 2951       2970 txid_snapshot 2949                    3220 pg_lsn 3221
            3614 tsvector 3643                     3615 tsquery 3645    3734 regconfig 3735
            3769 regdictionary 3770                3802 jsonb 3807      4072 jsonpath 4073
            4089 regnamespace 4090                 4096 regrole 4097    4191 regcollation 4192
            5038 pg_snapshot 5039                  5069 xid8 271        22 int2vector 1006
            30 oidvector 1013
            """;

    /** OID, name, OID of its array, of its subtype, of its multirange, of the multirange's array. */
    private static final String RANGES = """
            3904 int4range 3905 23 4451 6150       3906 numrange 3907 1700 4532 6151
            3908 tsrange 3909 1114 4533 6152       3910 tstzrange 3911 1184 4534 6153
            3912 daterange 3913 1082 4535 6155     3926 int8range 3927 20 4536 6157
            """;

    static final List<PgType> ALL = all();

    private BuiltInTypes() {}

    private static List<PgType> all() {
        List<PgType> types = new ArrayList<>();
        String[] base = BASE.trim().split("\\s+");
        for (int i = 0; i < base.length; i += 3) {
            int oid = Integer.parseInt(base[i]);
            char delimiter = base[i + 1].equals("box") ? ';' : ',';
            types.add(new PgType(oid, CATALOG, base[i + 1], Kind.BASE, 0, delimiter, List.of(), false));
            types.add(array(base[i + 2], base[i + 1], oid));
        }
        String[] ranges = RANGES.trim().split("\\s+");
        for (int i = 0; i < ranges.length; i += 6) {
            int oid = Integer.parseInt(ranges[i]);
            int multirange = Integer.parseInt(ranges[i + 4]);
            String multirangeName = ranges[i + 1].replace("range", "multirange");
            types.add(PgType.of(oid, CATALOG, ranges[i + 1], Kind.RANGE, Integer.parseInt(ranges[i + 3])));
            types.add(array(ranges[i + 2], ranges[i + 1], oid));
            types.add(PgType.of(multirange, CATALOG, multirangeName, Kind.MULTIRANGE, oid));
            types.add(array(ranges[i + 5], multirangeName, multirange));
        }
        return List.copyOf(types);
    }

    private static PgType array(String oid, String elementName, int elementOid) {
        return PgType.of(Integer.parseInt(oid), CATALOG, "_" + elementName, Kind.ARRAY, elementOid);
    }
}
