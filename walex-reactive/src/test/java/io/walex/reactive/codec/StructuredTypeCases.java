package io.walex.reactive.codec;

import io.walex.reactive.codec.Geometric.Box;
import io.walex.reactive.codec.Geometric.Circle;
import io.walex.reactive.codec.Geometric.Line;
import io.walex.reactive.codec.Geometric.LineSegment;
import io.walex.reactive.codec.Geometric.Path;
import io.walex.reactive.codec.Geometric.Point;
import io.walex.reactive.codec.Geometric.Polygon;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

/** The part of {@link TypeCases} whose values have parts: geometric types, ranges, and types that users make. */
final class StructuredTypeCases {

    private StructuredTypeCases() {}

    static List<TypeCase> shapes() {
        Point origin = new Point(0, 0);
        Point one = new Point(1.5, -2.25);
        return List.of(
                TypeCase.of("point")
                        .value("(1.5,-2.25)", one)
                        .value("(1e300,-1e-300)", new Point(1e300, -1e-300))
                        .value("(Infinity,NaN)", new Point(Double.POSITIVE_INFINITY, Double.NaN)),
                TypeCase.of("line").value("{1,-2,0.5}", new Line(1, -2, 0.5)),
                TypeCase.of("lseg").value("[(0,0),(1.5,-2.25)]", new LineSegment(origin, one)),
                TypeCase.of("box").value("(0,0),(1.5,-2.25)", new Box(new Point(1.5, 0), new Point(0, -2.25))),
                TypeCase.of("path")
                        .value("[(0,0),(1.5,-2.25)]", new Path(List.of(origin, one), false))
                        .value("((0,0),(1.5,-2.25),(0,0))", new Path(List.of(origin, one, origin), true)),
                TypeCase.of("polygon")
                        .value("((0,0),(1.5,-2.25),(3,3))", new Polygon(List.of(origin, one, new Point(3, 3)))),
                TypeCase.of("circle")
                        .value("<(0,0),2.5>", new Circle(origin, 2.5))
                        .value("<(1.5,-2.25),0>", new Circle(one, 0)));
    }

    static List<TypeCase> ranges() {
        LocalDateTime noon = LocalDateTime.of(2024, 1, 1, 12, 0);
        return List.of(
                TypeCase.of("int4range")
                        .value("[1,10)", Range.of("[)", 1, 10))
                        .value("(,5]", Range.of("()", null, 6))
                        .value("(,)", Range.of("()", null, null))
                        .value("empty", Range.empty()),
                TypeCase.of("int8range").value("[-9223372036854775808,)", Range.of("[)", Long.MIN_VALUE, null)),
                TypeCase.of("numrange")
                        .value("(1.50,2]", Range.of("(]", new BigDecimal("1.50"), new BigDecimal("2")))
                        .value("[1,NaN]", Range.of("[]", new BigDecimal("1"), Double.NaN)),
                TypeCase.of("daterange")
                        .value(
                                "[2024-01-01,2024-12-31]",
                                Range.of("[)", LocalDate.of(2024, 1, 1), LocalDate.of(2025, 1, 1)))
                        .value("[-infinity,infinity]", Range.of("[]", LocalDate.MIN, LocalDate.MAX)),
                TypeCase.of("tsrange").value("[2024-01-01 12:00,infinity)", Range.of("[)", noon, LocalDateTime.MAX)),
                TypeCase.of("tstzrange")
                        .value("(,2024-01-01 12:00+00]", Range.of("(]", null, noon.atOffset(ZoneOffset.UTC))),
                TypeCase.of("textrange")
                        .value("[\"\",\"a,\\\"b\\\\)]\"]", Range.of("[]", "", "a,\"b\\)]"))
                        .value("(a,)", Range.of("()", "a", null)),
                TypeCase.of("moodrange").value("[sad,\"so, so\"]", Range.of("[]", "sad", "so, so")),
                TypeCase.of("int4multirange")
                        .value("{}", List.of())
                        .value(
                                "{[1,3),[5,6),(9,)}",
                                List.of(Range.of("[)", 1, 3), Range.of("[)", 5, 6), Range.of("[)", 10, null))),
                TypeCase.of("textmultirange")
                        .value(
                                "{[\"a],\\\"\",b],[c,\"d e\")}",
                                List.of(Range.of("[]", "a],\"", "b"), Range.of("[)", "c", "d e"))),
                TypeCase.of("tsmultirange")
                        .value("{[2024-01-01 12:00,infinity)}", List.of(Range.of("[)", noon, LocalDateTime.MAX))),
                TypeCase.of("nummultirange")
                        .value("{(1.5,2]}", List.of(Range.of("(]", new BigDecimal("1.5"), new BigDecimal("2")))));
    }

    static List<TypeCase> compounds() {
        Map<String, Object> address =
                TypeCases.map("street", "Rue \"X\", (2)\\", "number", 7, "moods", TypeCases.list("sad", null, ""));
        return List.of(
                TypeCase.of("mood")
                        .value("sad", "sad")
                        .value("so, so", "so, so")
                        .value("he said \"hi\"", "he said \"hi\"")
                        .value("", ""),
                TypeCase.of("positive").value("7", 7),
                TypeCase.of("positives").value("{7,NULL}", TypeCases.list(7, null)),
                TypeCase.of("address")
                        .value("(,,)", TypeCases.map("street", null, "number", null, "moods", null))
                        .value("(\"\",1,{})", TypeCases.map("street", "", "number", 1, "moods", List.of()))
                        .value("(\"Rue \"\"X\"\", (2)\\\\\",7,\"{sad,NULL,\"\"\"\"}\")", address),
                TypeCase.of("at_home").value("(a,1,{})", TypeCases.map("street", "a", "number", 1, "moods", List.of())),
                TypeCase.of("person")
                        .value(
                                "(Ada,\"(\"\"Rue \"\"\"\"X\"\"\"\", (2)\\\\\\\\\"\",7,\"\"{sad,NULL,\"\"\"\"\"\"\"\"}\"\")\",1815-12-10)",
                                TypeCases.map("name", "Ada", "home", address, "Born On", LocalDate.of(1815, 12, 10))),
                TypeCase.of("nothing").value("()", Map.of()),
                TypeCase.of("as_type").value("(1,x)", TypeCases.map("id", 1, "name", "x")),
                TypeCase.of("hstore")
                        .value("", Map.of())
                        .value(
                                "a=>1, \"b \\\"c\\\\\"=>NULL, d=>\"NULL\", e=>\"\", \"=>\"=>\",\"",
                                TypeCases.map("a", "1", "b \"c\\", null, "d", "NULL", "e", "", "=>", ",")),
                TypeCase.of("int4[]")
                        .value("{}", List.of())
                        .value("{{1,2},{3,NULL}}", List.of(List.of(1, 2), TypeCases.list(3, null)))
                        .value("[-1:0]={1,2}", List.of(1, 2))
                        .value("[0:1][2:3]={{1,2},{3,4}}", List.of(List.of(1, 2), List.of(3, 4)))
                        .value("{{{{{{1}}}}}}", List.of(List.of(List.of(List.of(List.of(List.of(1))))))),
                TypeCase.of("int2vector").value("1 2 3", List.of((short) 1, (short) 2, (short) 3)),
                TypeCase.of("oidvector").value("", List.of()).value("4294967295 1", List.of(0xFFFF_FFFFL, 1L)));
    }
}
