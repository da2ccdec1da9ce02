package io.walex.reactive.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What a server sends for every type, alone and within arrays, domains and composites, comes as the expected value. */
@ParameterizedClass(name = "PostgreSQL {0}")
@ValueSource(ints = {14, 15, 16, 17, 18})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TypesIT {

    @Parameter
    int major;

    private TestDatabase database;
    private ServerForms forms;

    @BeforeParameterizedClassInvocation
    void createTypes() throws Exception {
        database = PostgresServer.shared(major).createDatabase();
        database.execute(TypeCases.SETUP.toArray(String[]::new));
        forms = new ServerForms(database);
    }

    @AfterParameterizedClassInvocation
    void dropTypes() throws Exception {
        forms.close();
        database.drop();
    }

    List<TypeCase> cases() {
        return TypeCases.all().stream()
                .filter(types -> types.sinceMajor() <= major)
                .toList();
    }

    /** An array of arrays is one array to PostgreSQL. */
    List<TypeCase> casesWithArray() {
        return cases().stream()
                .filter(type -> !type.type().endsWith("[]") && !type.type().equals("positives"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aloneInBothForms(TypeCase type) throws Exception {
        assertBothForms(literals(type), type.values());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void styleOfIntervalsDoesNotMatter(TypeCase type) throws Exception {
        forms.execute("SET IntervalStyle = iso_8601");
        try {
            assertBothForms(literals(type), type.values());
        } finally {
            forms.execute("RESET IntervalStyle");
        }
    }

    @ParameterizedTest
    @MethodSource("casesWithArray")
    void inArrays(TypeCase type) throws Exception {
        String array = "ARRAY[" + String.join(", ", literals(type)) + ", NULL]";
        List<Object> values = new ArrayList<>(type.values());
        values.add(null);
        Object first = type.values().get(0);
        String filled = "array_fill(%s, ARRAY[2, 1], ARRAY[0, -5])".formatted(type.sql(0));
        assertBothForms(List.of(array, filled), List.of(values, List.of(List.of(first), List.of(first))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inDomainsAndComposites(TypeCase type) throws Exception {
        forms.execute("CREATE DOMAIN of_domain AS " + type.type());
        forms.execute("CREATE TYPE of_composite AS (before int, plain %s, checked of_domain, after text)"
                .formatted(type.type()));
        try {
            List<String> expressions = new ArrayList<>();
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < type.values().size(); i++) {
                Object value = type.values().get(i);
                Map<String, Object> composite =
                        TypeCases.map("before", 1, "plain", value, "checked", value, "after", null);
                String row = "ROW(1, %1$s, %1$s, NULL)::of_composite".formatted(type.sql(i));
                expressions.addAll(List.of(type.sql(i) + "::of_domain", row, "ARRAY[" + row + ", NULL]"));
                values.addAll(List.of(value, composite, TypeCases.list(composite, null)));
            }
            assertBothForms(expressions, values);
        } finally {
            forms.execute("DROP TYPE of_composite");
            forms.execute("DROP DOMAIN of_domain");
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void textOfAValueReadsBack(TypeCase type) throws Exception {
        for (int i = 0; i < type.values().size(); i++) {
            Object value = type.values().get(i);
            if (value instanceof List || value instanceof Map || value instanceof JsonNode) {
                continue;
            }
            String text = Conversions.convert(value, String.class).replace("'", "''");
            List<String> sent = forms.texts(List.of(type.sql(i), "'%s'::%s".formatted(text, type.type())));
            assertThat(sent.get(1)).isEqualTo(sent.get(0));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyValueHasJson(TypeCase type) {
        for (Object value : type.values()) {
            assertThat(JsonCodec.MAPPER.readTree(JsonValues.text(value))).isNotNull();
        }
    }

    @Test
    void subscriptsStartAtTheSameInBothForms() throws Exception {
        List<String> arrays = List.of("'[0:1]={1,2}'::int[]", "'[-1:0][2:3]={{1,2},{3,4}}'::int[]", "'{1}'::int[]");
        ColumnCodec codec = TypeRegistry.builtIn().codec(forms.oid(arrays.get(0)), -1);
        List<String> texts = forms.texts(arrays);
        List<byte[]> binaries = forms.binaries(arrays);
        List<List<Integer>> lowerBounds = List.of(List.of(0), List.of(-1, 2), List.of());
        for (int i = 0; i < arrays.size(); i++) {
            byte[] text = texts.get(i).getBytes(StandardCharsets.UTF_8);
            assertThat(lowerBounds(within(text, codec::fromText))).isEqualTo(lowerBounds.get(i));
            assertThat(lowerBounds(within(binaries.get(i), codec::fromBinary))).isEqualTo(lowerBounds.get(i));
        }
    }

    private static List<Integer> lowerBounds(Object array) {
        return array instanceof SubscriptedArray subscripted ? subscripted.lowerBounds() : List.of();
    }

    @Test
    void recordsTheFormsForTestsWithoutAServer() throws Exception {
        RecordedForms.record(major, forms, cases());
    }

    private static List<String> literals(TypeCase type) {
        return IntStream.range(0, type.values().size()).mapToObj(type::sql).toList();
    }

    private void assertBothForms(List<String> expressions, List<?> values) throws Exception {
        TypeRegistry registry = TypeRegistry.builder().types(forms.types()).build();
        List<String> texts = forms.texts(expressions);
        List<byte[]> binaries = forms.binaries(expressions);
        for (int i = 0; i < expressions.size(); i++) {
            ColumnCodec codec = registry.codec(forms.oid(expressions.get(i)), -1);
            byte[] text = texts.get(i).getBytes(StandardCharsets.UTF_8);
            assertThat(within(text, codec::fromText))
                    .as("text of %s", expressions.get(i))
                    .isEqualTo(values.get(i));
            assertThat(within(binaries.get(i), codec::fromBinary))
                    .as("binary of %s", expressions.get(i))
                    .isEqualTo(values.get(i));
        }
    }

    /** Bytes of other columns around it must not matter. */
    private static Object within(byte[] value, FormsCodec.Form form) {
        byte[] row = new byte[value.length + 14];
        Arrays.fill(row, (byte) '1');
        System.arraycopy(value, 0, row, 7, value.length);
        return form.read(row, 7, value.length);
    }
}
