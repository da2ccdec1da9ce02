package io.walex.reactive.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.codec.PgType.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class TypeRegistryTests {

    private static final int INT4 = 23;
    private static final int TEXT = 25;
    private static final int JSONB = 3802;
    private static final int OWN = 16_400;

    @Test
    void namesTypes() {
        TypeRegistry registry = TypeRegistry.builder()
                .types(List.of(PgType.of(OWN, "public", "mood", Kind.ENUM)))
                .build();
        assertThat(registry.typeName(INT4)).isEqualTo("int4");
        assertThat(registry.typeName(1007)).isEqualTo("_int4");
        assertThat(registry.typeName(4451)).isEqualTo("int4multirange");
        assertThat(registry.typeName(OWN)).isEqualTo("mood");
        assertThat(registry.typeName(-1)).isEqualTo("oid:4294967295");
        assertThat(registry.knows(OWN)).isTrue();
        assertThat(TypeRegistry.builtIn().knows(OWN)).isFalse();
    }

    @Test
    void unknownTypesAreTheirTextOrBytes() {
        assertThat(text(TypeRegistry.builtIn(), OWN, "anything")).isEqualTo("anything");
        assertThat(binary(TypeRegistry.builtIn(), OWN, "00ff")).isEqualTo(ByteBuffer.wrap(new byte[] {0, -1}));
    }

    @Test
    void compoundsOfUnknownTypesAreCompounds() {
        TypeRegistry registry = TypeRegistry.builder()
                .types(List.of(PgType.of(OWN, "public", "_odd", Kind.ARRAY, 99_999)))
                .build();
        assertThat(text(registry, OWN, "{a,NULL}")).isEqualTo(TypeCases.list("a", null));
    }

    @Test
    void usersFunctionsHoldWithinOtherTypes() {
        TypeRegistry registry = TypeRegistry.builder()
                .types(List.of(
                        PgType.of(OWN, "sales", "mood", Kind.ENUM),
                        PgType.of(OWN + 1, "sales", "_mood", Kind.ARRAY, OWN),
                        PgType.composite(OWN + 2, "sales", "pair", List.of(new PgType.Attribute("m", OWN, -1)))))
                .map("mood", value -> "mood " + value)
                .build();
        assertThat(text(registry, OWN, "sad")).isEqualTo("mood sad");
        assertThat(text(registry, OWN + 1, "{sad}")).isEqualTo(List.of("mood sad"));
        assertThat(text(registry, OWN + 2, "(sad)")).isEqualTo(Map.of("m", "mood sad"));
        assertThat(binary(registry, OWN, "736164")).isEqualTo("mood sad");
    }

    @Test
    void theMostPreciseRegistrationWins() {
        TypeRegistry registry = TypeRegistry.builder()
                .types(List.of(PgType.of(OWN, "sales", "mood", Kind.ENUM), PgType.of(OWN + 1, "hr", "mood", Kind.ENUM)))
                .map("mood", value -> "name")
                .map("sales.mood", value -> "schema")
                .build();
        assertThat(text(registry, OWN, "x")).isEqualTo("schema");
        assertThat(text(registry, OWN + 1, "x")).isEqualTo("name");
        assertThat(text(registry.mutate().map(OWN, value -> "oid").build(), OWN, "x"))
                .isEqualTo("oid");
    }

    @Test
    void codecsReplaceBuiltInOnes() {
        ColumnCodec length = new FormsCodec((bytes, offset, size) -> size, (bytes, offset, size) -> -size);
        TypeRegistry registry = TypeRegistry.builder()
                .codec("text", length)
                .codec(77_777, length)
                .build();
        assertThat(text(registry, TEXT, "abc")).isEqualTo(3);
        assertThat(binary(registry, TEXT, "00")).isEqualTo(-1);
        assertThat(text(registry, 77_777, "ab")).isEqualTo(2);
    }

    @Test
    void jsonAsText() {
        TypeRegistry registry = TypeRegistry.builder().jsonForm(JsonForm.TEXT).build();
        assertThat(text(registry, JSONB, "{\"a\": 1}")).isEqualTo("{\"a\": 1}");
        assertThat(binary(registry, JSONB, "017b7d")).isEqualTo("{}");
        assertThat(text(TypeRegistry.builtIn(), JSONB, "{}")).isInstanceOf(JsonNode.class);
    }

    @Test
    void typesThatContainThemselvesDoNotOverflow() {
        TypeRegistry registry = TypeRegistry.builder()
                .types(List.of(PgType.of(OWN, "public", "loop", Kind.DOMAIN, OWN)))
                .build();
        assertThat(text(registry, OWN, "x")).isEqualTo("x");
    }

    private static TypeRegistry pair(boolean hasDropped) {
        List<PgType.Attribute> attributes =
                List.of(new PgType.Attribute("a", INT4, -1), new PgType.Attribute("b", TEXT, -1));
        return TypeRegistry.builder()
                .types(List.of(new PgType(OWN, "public", "pair", Kind.COMPOSITE, 0, ',', attributes, hasDropped)))
                .build();
    }

    @Test
    void valuesFromBeforeAnAttributeWasAddedHaveTheOthers() {
        assertThat(text(pair(false), OWN, "(1)")).isEqualTo(Map.of("a", 1));
        assertThat(binary(pair(false), OWN, "00000001" + "00000017" + "00000004" + "00000001"))
                .isEqualTo(Map.of("a", 1));
    }

    @Test
    void valuesWithMoreAttributesThanAreKnownAreNoMapThatLacksThem() {
        assertThat(text(pair(false), OWN, "(1,x,2)")).isEqualTo("(1,x,2)");
        String three = "00000003" + "00000017" + "00000004" + "00000001" + ("00000019" + "ffffffff").repeat(2);
        assertThat(binary(pair(false), OWN, three))
                .isEqualTo(ByteBuffer.wrap(HexFormat.of().parseHex(three)));
    }

    @Test
    void valuesThatMayHaveAttributesThatWereDroppedAreNotGuessedAt() {
        assertThat(text(pair(true), OWN, "(1,x)")).isEqualTo(TypeCases.map("a", 1, "b", "x"));
        assertThat(text(pair(true), OWN, "(1)")).isEqualTo("(1)");
        assertThat(text(pair(true), OWN, "(x,1)")).isEqualTo("(x,1)");
        String swapped = "00000002" + "00000019" + "00000001" + "78" + "00000017" + "00000004" + "00000001";
        assertThat(binary(pair(true), OWN, swapped))
                .isEqualTo(ByteBuffer.wrap(HexFormat.of().parseHex(swapped)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(1)", "(1,x,2)", "(x,1)"})
    void valuesThatMayBeNewerThanTheDescriptionMustFitIt(String newer) {
        List<String> told = new ArrayList<>();
        TypeRegistry registry =
                pair(false).mutate().onOutdated(() -> told.add("outdated")).build();
        assertThat(text(registry, OWN, "(1,x)")).isEqualTo(Map.of("a", 1, "b", "x"));
        assertThat(told).isEmpty();

        assertThat(text(registry, OWN, newer)).isEqualTo(newer);
        assertThat(told).hasSize(1);
    }

    @Test
    void whatAUsersFunctionOrCodecRefusesIsNoSignOfAnAlteredType() {
        List<String> told = new ArrayList<>();
        TypeRegistry.Builder newer = TypeRegistry.builder()
                .types(List.of(
                        PgType.of(OWN, "public", "mood", Kind.ENUM),
                        PgType.of(OWN + 1, "public", "_mood", Kind.ARRAY, OWN),
                        PgType.composite(OWN + 2, "public", "pair", List.of(new PgType.Attribute("m", OWN + 1, -1))),
                        PgType.composite(OWN + 3, "public", "outer", List.of(new PgType.Attribute("p", OWN + 2, -1)))))
                .onOutdated(() -> told.add("outdated"));
        ColumnCodec refusing = new FormsCodec((bytes, offset, length) -> refuse(), (bytes, offset, length) -> refuse());
        for (TypeRegistry registry : List.of(
                newer.map("mood", value -> refuse()).build(),
                newer.codec("mood", refusing).build())) {
            for (String text : List.of("({happy})", "(\"({happy})\")")) {
                assertThatThrownBy(() -> text(registry, text.startsWith("({") ? OWN + 2 : OWN + 3, text))
                        .hasMessageEndingWith("registered for type \"mood\" failed")
                        .hasRootCauseMessage("not happy");
            }
        }
        assertThat(told).isEmpty();
    }

    private static Object refuse() {
        throw new IllegalArgumentException("not happy");
    }

    @Test
    void damagedCompositesAreAnError() {
        assertThatIllegalArgumentException().isThrownBy(() -> text(pair(false), OWN, "(1,x"));
        assertThatIllegalArgumentException().isThrownBy(() -> text(pair(true), OWN, "(1,x"));
        assertThatIllegalArgumentException().isThrownBy(() -> text(pair(false), OWN, "(x,1)"));
        assertThatIllegalArgumentException().isThrownBy(() -> binary(pair(false), OWN, "00000002"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [0:1]={1,2}               | 0     | [1, 2]
            [-1:0][2:3]={{1,2},{3,4}} | -1,2  | [[1, 2], [3, 4]]
            [1:1][0:1]={{1,2}}        | 1,0   | [[1, 2]]
            """)
    void arraysKeepWhereTheirSubscriptsStart(String text, String lowerBounds, String elements) {
        assertThat(text(TypeRegistry.builtIn(), 1007, text))
                .hasToString(elements)
                .isInstanceOfSatisfying(
                        SubscriptedArray.class,
                        array -> assertThat(array.lowerBounds())
                                .extracting(String::valueOf)
                                .containsExactly(lowerBounds.split(",")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            vector    | [1,-2.5]            | 000200003f800000c0200000                         | [1.0, -2.5]
            vector    | []                  | 00000000                                         | []
            halfvec   | [1,-2.5]            | 000200003c00c100                                 | [1.0, -2.5]
            halfvec   | [5.9604645e-08,65504] | 0002000000017bff                               | [5.9604645E-8, 65504.0]
            sparsevec | {1:1.5,3:-2}/5      | 00000005000000020000000000000000000000023fc00000c0000000 | {1:1.5,3:-2}/5
            geometry  | 0101000000000000000000F03F0000000000000040 | 0101000000000000000000f03f0000000000000040 | 0101000000000000000000F03F0000000000000040
            """)
    void extensionTypes(String name, String text, String binary, String value) {
        TypeRegistry registry = TypeRegistry.builder()
                .types(List.of(PgType.of(OWN, "extensions", name, Kind.BASE)))
                .build();
        assertThat(text(registry, OWN, text)).hasToString(value);
        assertThat(binary(registry, OWN, binary)).isEqualTo(text(registry, OWN, text));
    }

    @Test
    void rowsOfTheCatalog() {
        Map<String, String> row = Map.of(
                "oid",
                "4294967295",
                "schema",
                "public",
                "name",
                "pair",
                "kind",
                "c",
                "element",
                "0",
                "delimiter",
                ",",
                "attributes",
                "[[\"a\", 4294967294, -1], [\"Big B\", 1700, 655366]]");
        PgType type = TypeCatalog.type(row::get);
        assertThat(type)
                .isEqualTo(PgType.composite(
                        -1,
                        "public",
                        "pair",
                        List.of(new PgType.Attribute("a", -2, -1), new PgType.Attribute("Big B", 1700, 655366))));
    }

    private static Object text(TypeRegistry registry, int oid, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return registry.codec(oid, -1).fromText(bytes, 0, bytes.length);
    }

    private static Object binary(TypeRegistry registry, int oid, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return registry.codec(oid, -1).fromBinary(bytes, 0, bytes.length);
    }
}
