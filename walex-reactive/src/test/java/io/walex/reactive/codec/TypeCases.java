package io.walex.reactive.codec;

import io.walex.reactive.pgoutput.Lsn;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** What every type comes as, extreme values included. {@link #SETUP} creates those that are not built in. */
final class TypeCases {

    static final List<String> SETUP = List.of(
            "CREATE EXTENSION hstore",
            "CREATE EXTENSION ltree",
            "CREATE EXTENSION citext",
            "CREATE TYPE mood AS ENUM ('sad', 'so, so', 'he said \"hi\"', '')",
            "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
            "CREATE DOMAIN positives AS positive[]",
            "CREATE TYPE address AS (street text, number positive, moods mood[])",
            "CREATE TYPE person AS (name text, home address, \"Born On\" date)",
            "CREATE TYPE nothing AS ()",
            "CREATE TYPE textrange AS RANGE (subtype = text)",
            "CREATE TYPE moodrange AS RANGE (subtype = mood)",
            "CREATE DOMAIN at_home AS address",
            "CREATE TABLE as_type (id int, dropped text, name text)",
            "ALTER TABLE as_type DROP COLUMN dropped",
            // Without a column of it, a table's row type is not described.
            "CREATE TABLE has_as_type (whole as_type)");

    private TypeCases() {}

    static List<TypeCase> all() {
        return Stream.of(
                        numbers(),
                        texts(),
                        times(),
                        networks(),
                        StructuredTypeCases.shapes(),
                        StructuredTypeCases.ranges(),
                        StructuredTypeCases.compounds(),
                        others())
                .flatMap(List::stream)
                .toList();
    }

    private static List<TypeCase> numbers() {
        return List.of(
                TypeCase.of("bool").value("t", true).value("f", false),
                TypeCase.of("int2")
                        .value("0", (short) 0)
                        .value("-32768", Short.MIN_VALUE)
                        .value("32767", Short.MAX_VALUE),
                TypeCase.of("int4")
                        .value("-1", -1)
                        .value("-2147483648", Integer.MIN_VALUE)
                        .value("2147483647", Integer.MAX_VALUE),
                TypeCase.of("int8")
                        .value("42", 42L)
                        .value("-9223372036854775808", Long.MIN_VALUE)
                        .value("9223372036854775807", Long.MAX_VALUE),
                TypeCase.of("oid").value("0", 0L).value("4294967295", 0xFFFF_FFFFL),
                TypeCase.of("xid").value("4294967295", 0xFFFF_FFFFL),
                TypeCase.of("cid").value("7", 7L),
                TypeCase.of("xid8")
                        .value("1", BigInteger.ONE)
                        .value("18446744073709551615", twoTo(64).subtract(BigInteger.ONE)),
                TypeCase.of("float4")
                        .value("1.5", 1.5f)
                        .value("0.1", 0.1f)
                        .value("-0", -0.0f)
                        .value("16777217", 16777216f)
                        .value("1.4e-45", Float.MIN_VALUE)
                        .value("3.4028235e38", Float.MAX_VALUE)
                        .value("NaN", Float.NaN)
                        .value("infinity", Float.POSITIVE_INFINITY)
                        .value("-infinity", Float.NEGATIVE_INFINITY),
                TypeCase.of("float8")
                        .value("0.1", 0.1)
                        .value("-0", -0.0)
                        .value("123456789.125", 123456789.125)
                        .value("0.30000000000000004", 0.30000000000000004)
                        .value("9007199254740993", 9007199254740992.0)
                        .value("5e-324", Double.MIN_VALUE)
                        .value("1.7976931348623157e308", Double.MAX_VALUE)
                        .value("NaN", Double.NaN)
                        .value("infinity", Double.POSITIVE_INFINITY)
                        .value("-infinity", Double.NEGATIVE_INFINITY),
                TypeCase.of("numeric")
                        .value("0", BigDecimal.ZERO)
                        .value("0.00", new BigDecimal("0.00"))
                        .value("-1.50", new BigDecimal("-1.50"))
                        .value("10000", new BigDecimal("10000"))
                        .value("0.0001", new BigDecimal("0.0001"))
                        .value("0.00000000000000000001", new BigDecimal("0.00000000000000000001"))
                        .value("123456789012345678", new BigDecimal("123456789012345678"))
                        .value("-12345678901234567890.123456789", new BigDecimal("-12345678901234567890.123456789"))
                        .value(
                                "9".repeat(500) + "." + "9".repeat(500),
                                new BigDecimal("9".repeat(500) + "." + "9".repeat(500)))
                        .value("1e1000", new BigDecimal("1" + "0".repeat(1000)))
                        .value("NaN", Double.NaN)
                        .value("Infinity", Double.POSITIVE_INFINITY)
                        .value("-Infinity", Double.NEGATIVE_INFINITY),
                TypeCase.of("numeric(10,2)").value("3.14159", new BigDecimal("3.14")),
                TypeCase.of("money")
                        .value("1234567.89", new BigDecimal("1234567.89"))
                        .value("0.5", new BigDecimal("0.50"))
                        .value("-92233720368547758.08", new BigDecimal("-92233720368547758.08")));
    }

    private static List<TypeCase> texts() {
        String awkward = "a'b\"c\\d,e{f}(g)\n\t\u00e9\u4e16\ud83d\ude00 NULL ";
        return List.of(
                TypeCase.of("text")
                        .value("", "")
                        .value("null", "null")
                        .value("NULL", "NULL")
                        .value(awkward, awkward),
                TypeCase.of("varchar(10)").value("abc", "abc"),
                TypeCase.of("char(5)").value("ab", "ab   "),
                TypeCase.of("name").value("pg_class", "pg_class"),
                TypeCase.of("\"char\"").value("a", "a").value("", ""),
                TypeCase.of("xml").value("<a>&lt;</a>", "<a>&lt;</a>"),
                TypeCase.of("citext").value("MiXed", "MiXed"),
                TypeCase.of("refcursor").value("c1", "c1"),
                TypeCase.of("bytea")
                        .value("", bytes())
                        .value("\\x00ff7f80", bytes(0, 0xFF, 0x7F, 0x80))
                        .value("\\x5c78", bytes('\\', 'x')),
                TypeCase.of("uuid")
                        .value(
                                "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
                                UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"))
                        .value("ffffffff-ffff-ffff-ffff-ffffffffffff", new UUID(-1, -1))
                        .value("00000000-0000-0000-0000-000000000000", new UUID(0, 0)),
                TypeCase.of("json")
                        .value("{\"a\" : [1, 2.50, null, \"\\u00e9\"]}", json("{\"a\":[1,2.50,null,\"\u00e9\"]}"))
                        .value("null", json("null"))
                        .value("123456789012345678901234567890.10", json("123456789012345678901234567890.10"))
                        .value("\"text\"", json("\"text\"")),
                TypeCase.of("jsonb")
                        .value("{\"b\":1,\"a\":{\"c\":[]}}", json("{\"a\":{\"c\":[]},\"b\":1}"))
                        .value("1e40", json("1" + "0".repeat(40)))
                        .value("[]", json("[]")),
                TypeCase.of("jsonpath").value("$.a[*] ? (@ > 1)", "$.\"a\"[*]?(@ > 1)"),
                TypeCase.of("bit(3)").value("101", "101"),
                TypeCase.of("varbit").value("", "").value("0", "0").value("1111111100000001", "1111111100000001"),
                TypeCase.of("tsvector")
                        .value("", "")
                        .value(
                                "fat:1A,3 cat:2B 'it''s' 'back\\\\slash':16383C",
                                "'back\\\\slash':16383C 'cat':2B 'fat':1A,3 'it''s'"),
                TypeCase.of("tsquery")
                        .value("", "")
                        .value("fat & (rat | !cat)", "'fat' & ( 'rat' | !'cat' )")
                        .value("a | b & c | d", "'a' | 'b' & 'c' | 'd'")
                        .value("(a <-> b) <3> c", "'a' <-> 'b' <3> 'c'")
                        .value("a <-> (b <-> c)", "'a' <-> ( 'b' <-> 'c' )")
                        .value("!(a & b) | super:*AB | it:D", "!( 'a' & 'b' ) | 'super':*AB | 'it':D")
                        .value("'it''s' & 'x\\\\y' & !!z", "'it''s' & 'x\\\\y' & !!'z'"),
                TypeCase.of("ltree").value("Top.Science", "Top.Science").value("", ""),
                TypeCase.of("lquery").value("Top.*{1,2}.A|B", "Top.*{1,2}.A|B"),
                TypeCase.of("ltxtquery").value("Europe & !x", "Europe & !x"));
    }

    private static List<TypeCase> times() {
        return List.of(
                TypeCase.of("date")
                        .value("2024-02-29", LocalDate.of(2024, 2, 29))
                        .value("0001-01-01", LocalDate.of(1, 1, 1))
                        .value("0044-03-15 BC", LocalDate.of(-43, 3, 15))
                        .value("0001-02-29 BC", LocalDate.of(0, 2, 29))
                        .value("4713-01-01 BC", LocalDate.of(-4712, 1, 1))
                        .value("12345-12-31", LocalDate.of(12345, 12, 31))
                        .value("5874897-12-31", LocalDate.of(5874897, 12, 31))
                        .value("infinity", LocalDate.MAX)
                        .value("-infinity", LocalDate.MIN),
                TypeCase.of("time")
                        .value("00:00", LocalTime.MIDNIGHT)
                        .value("12:34:56.1", LocalTime.of(12, 34, 56, 100_000_000))
                        .value("23:59:59.999999", LocalTime.of(23, 59, 59, 999_999_000))
                        .value("24:00:00", LocalTime.MAX),
                TypeCase.of("timetz")
                        .value("12:00:00.000001+05:30", OffsetTime.of(12, 0, 0, 1000, ZoneOffset.ofHoursMinutes(5, 30)))
                        .value("12:00-00:44:30", OffsetTime.of(12, 0, 0, 0, ZoneOffset.ofTotalSeconds(-2670)))
                        .value("00:00+15:59:59", OffsetTime.of(LocalTime.MIDNIGHT, ZoneOffset.ofTotalSeconds(57599)))
                        .value("24:00-00", OffsetTime.of(LocalTime.MAX, ZoneOffset.UTC)),
                TypeCase.of("timestamp")
                        .value("2024-02-29 12:34:56.789012", LocalDateTime.of(2024, 2, 29, 12, 34, 56, 789_012_000))
                        .value("1999-12-31 23:59:59.999999", LocalDateTime.of(1999, 12, 31, 23, 59, 59, 999_999_000))
                        .value("4713-01-01 00:00:00 BC", LocalDateTime.of(-4712, 1, 1, 0, 0))
                        .value(
                                "294276-12-31 23:59:59.999999",
                                LocalDateTime.of(294276, 12, 31, 23, 59, 59, 999_999_000))
                        .value("infinity", LocalDateTime.MAX)
                        .value("-infinity", LocalDateTime.MIN),
                TypeCase.of("timestamptz")
                        .value("2024-07-01 12:00:00.5+02", utc(2024, 7, 1, 10, 500_000_000))
                        .value("0044-03-15 12:00:00+00 BC", utc(-43, 3, 15, 12, 0))
                        .value("4713-01-01 00:00:00+00 BC", utc(-4712, 1, 1, 0, 0))
                        .value("294276-12-31 23:00:00+00", utc(294276, 12, 31, 23, 0))
                        .value("infinity", OffsetDateTime.MAX)
                        .value("-infinity", OffsetDateTime.MIN),
                TypeCase.of("interval")
                        .value("0", new Interval(0, 0, 0))
                        .value("1 year 2 mons 3 days 04:05:06.789", new Interval(14, 3, 14_706_789_000L))
                        .value("-1 year -2 mons +3 days -00:00:00.000001", new Interval(-14, 3, -1))
                        .value("1 mon -1 day +00:00:01", new Interval(1, -1, 1_000_000))
                        .value("-11 mons", new Interval(-11, 0, 0))
                        .value("100:00:00", new Interval(0, 0, 360_000_000_000L))
                        .value("-178000000 years", new Interval(-2_136_000_000, 0, 0))
                        .value("2147483646 days", new Interval(0, Integer.MAX_VALUE - 1, 0)),
                TypeCase.since(15, "interval")
                        .value("2562047788:00:54.775807", new Interval(0, 0, Long.MAX_VALUE))
                        .value("-2562047788:00:54.775807", new Interval(0, 0, -Long.MAX_VALUE)),
                TypeCase.since(17, "interval")
                        .value("infinity", Interval.INFINITY)
                        .value("-infinity", Interval.NEGATIVE_INFINITY));
    }

    private static List<TypeCase> networks() {
        return List.of(
                TypeCase.of("inet")
                        .value("192.168.0.1", inet(32, 192, 168, 0, 1))
                        .value("192.168.0.1/24", inet(24, 192, 168, 0, 1))
                        .value("0.0.0.0/0", inet(0, 0, 0, 0, 0))
                        .value("::", inet(128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
                        .value("::1", inet(128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1))
                        .value("2001:db8::/32", inet(32, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
                        .value(
                                "2001:db8:0:1:0:0:0:ff01/64",
                                inet(64, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xff, 1))
                        .value("::ffff:1.2.3.4", inet(128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4))
                        .value("1:2:3:4:5:6:7:8", inet(128, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8))
                        .value("1::", inet(128, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
                TypeCase.of("cidr")
                        .value("10.0.0.0/8", cidr(8, 10, 0, 0, 0))
                        .value("10.1.2.3", cidr(32, 10, 1, 2, 3))
                        .value("2001:db8::/32", cidr(32, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
                TypeCase.of("macaddr").value("08:00:2b:01:02:ff", "08:00:2b:01:02:ff"),
                TypeCase.of("macaddr8").value("08:00:2b:01:02:03:04:05", "08:00:2b:01:02:03:04:05"));
    }

    private static List<TypeCase> others() {
        return List.of(
                TypeCase.of("pg_lsn").value("0/0", Lsn.INVALID).value("FFFFFFFF/FFFFFFFF", Lsn.of(-1)),
                TypeCase.of("tid").value("(4294967295,65535)", "(4294967295,65535)"),
                TypeCase.of("pg_snapshot").value("10:20:10,14", "10:20:10,14").value("10:10:", "10:10:"),
                TypeCase.of("txid_snapshot").value("10:20:10,14", "10:20:10,14"));
    }

    static List<Object> list(Object... elements) {
        return Collections.unmodifiableList(Arrays.asList(elements));
    }

    static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private static ByteBuffer bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (int value : values) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    private static BigInteger twoTo(int exponent) {
        return BigInteger.ONE.shiftLeft(exponent);
    }

    private static OffsetDateTime utc(int year, int month, int day, int hour, int nano) {
        return OffsetDateTime.of(year, month, day, hour, 0, 0, nano, ZoneOffset.UTC);
    }

    private static Object json(String text) {
        byte[] utf8 = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return JsonCodec.json(JsonForm.NODE).fromText(utf8, 0, utf8.length);
    }

    private static Inet inet(int prefixLength, int... address) {
        return new Inet(NetworkAddress.of(bytes(address).array()), prefixLength);
    }

    private static Cidr cidr(int prefixLength, int... address) {
        return new Cidr(NetworkAddress.of(bytes(address).array()), prefixLength);
    }
}
