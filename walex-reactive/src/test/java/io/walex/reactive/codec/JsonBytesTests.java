package io.walex.reactive.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBytesTests {

    private final JsonBytes json = new JsonBytes(0);

    @Test
    void commasComeByThemselves() {
        json.startObject();
        json.name("a");
        json.startArray();
        json.number(1);
        json.startArray();
        json.endArray();
        json.startObject();
        json.endObject();
        json.nothing();
        json.endArray();
        json.name("b");
        json.bool(true);
        json.raw("\"c\":{}".getBytes(StandardCharsets.UTF_8));
        json.name("[");
        json.string("{");
        json.name(":");
        json.startString("1:");
        json.closeString(2);
        json.endObject();
        assertThat(json).hasToString("{\"a\":[1,[],{},null],\"b\":true,\"c\":{},\"[\":\"{\",\":\":\"1:2\"}");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 7, -1, 10, -10, 99, 100, 1_000_000_007, -2_147_483_648, Long.MAX_VALUE, Long.MIN_VALUE})
    void writesIntegers(long value) {
        json.number(value);
        assertThat(json).hasToString(String.valueOf(value));
    }

    @Test
    void writesIntegersOfEveryLength() {
        long value = 1;
        for (int digits = 1; digits <= 19; digits++, value *= 10) {
            for (long near : new long[] {value - 1, value, -value, 1 - value}) {
                JsonBytes number = new JsonBytes(0);
                number.number(near);
                assertThat(number).hasToString(String.valueOf(near));
            }
        }
    }

    /** Both a string and its bytes become what Jackson makes of it. */
    @Test
    void escapesAsJacksonDoes() {
        String alphabet = "ab \"\\/\b\t\n\f\r\u0000\u001f\u007f\u0080é\u07ff\u0800€\u2028\uffff😀\ud800\udc00";
        int[] codePoints = alphabet.codePoints().toArray();
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            int[] chosen = random.ints(random.nextInt(9), 0, codePoints.length)
                    .map(at -> codePoints[at])
                    .toArray();
            String text = new String(chosen, 0, chosen.length);
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            JsonBytes ofString = new JsonBytes(0);
            JsonBytes ofBytes = new JsonBytes(0);
            ofString.string(text);
            ofBytes.text(utf8, 0, utf8.length);
            assertThat(ofString.toByteArray())
                    .isEqualTo(JsonCodec.MAPPER.writeValueAsBytes(text))
                    .isEqualTo(ofBytes.toByteArray());
        }
    }

    @Test
    void escapesLoneSurrogates() {
        json.string("a\ud83d");
        assertThat(json).hasToString("\"a\\uD83D\"");
        assertThat(JsonCodec.MAPPER.readTree("[\"\\uD83D\",\"\\uDE00\"]").get(0).asString())
                .isEqualTo("\ud83d");
    }

    @Test
    void letsOnlyUtf8IntoTheJson() {
        byte[] broken = {'a', (byte) 0xC3, '"', (byte) 0xFF};
        json.text(broken, 0, broken.length);
        assertThat(json).hasToString("\"a\ufffd\\\"\ufffd\"");
    }

    @Test
    void writesValuesOfTheUsersTypesAsTold() {
        JsonBytes told = new JsonBytes(0, value -> "{}".getBytes(StandardCharsets.UTF_8));
        JsonValues.write(List.of(Optional.of("x"), 1), told);
        assertThat(told).hasToString("[{},1]");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "16, t, true",
                "21, -123, -123",
                "23, 123456789, 123456789",
                "20, 123456789012345678, 123456789012345678",
                "26, 0, 0",
                "1700, 1.50, 1.50",
                "1700, -10.001, -10.001",
                "701, 1e+20, 1e+20",
                "701, -1.5e-300, -1.5e-300",
                "701, -0, -0",
                "701, -0.001, -0.001",
                "700, 123456, 123456",
                "600, `(1e-300,NaN)`, `\"(1e-300,NaN)\"`",
                "25, a\"b, \"a\\\"b\"",
                "2950, 0a0b0c0d-0000-0000-0000-00000000000f, \"0a0b0c0d-0000-0000-0000-00000000000f\"",
                "17, \\x00ff, \"\\\\x00ff\"",
                "1082, 2024-02-29, \"2024-02-29\"",
                "1083, 24:00:00, \"24:00:00\"",
                "1114, 2024-02-29 12:00:00.5, \"2024-02-29T12:00:00.5\"",
                "1184, 2024-02-29 12:00:00.000001+00, \"2024-02-29T12:00:00.000001Z\"",
                "3802, `{\"ü\": \"é \", \"n\": 0.0000000001}`, `{\"ü\":\"é \",\"n\":0.0000000001}`",
                "3802, `{\"a\": [1, \"b \\\" c\", {}], \"d\": null}`, `{\"a\":[1,\"b \\\" c\",{}],\"d\":null}`",
            })
    void usualFormsAreWrittenUndecoded(int oid, String text, String expected) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(JsonValues.writeText(TypeRegistry.builtIn().codec(oid, -1), bytes, 0, bytes.length, json))
                .isTrue();
        assertThat(json).hasToString(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "16, true",
        "23, 1234567890",
        "23, 007",
        "23, -0",
        "23, 1.5",
        "1700, NaN",
        "1700, 1e5",
        "1700, 1.",
        "1700, .5",
        "1700, -0.001",
        "21, -1234",
        "17, abc",
        "17, \\x0",
        "17, \\xzz",
        "1082, 0044-03-15 BC",
        "1082, infinity",
        "1083, 12:00",
        "1114, 12345-01-01 00:00:00",
        "1114, 2024-02-29 12:00:00.50",
        "1184, 2024-02-29 12:00:00+01",
        "1184, 2024-02-29 12:00:00",
        "701, NaN",
        "701, -Infinity",
        "701, 1.",
        "701, 1e",
        "701, 1e+",
        "701, .5",
        "701, 00",
        "701, 1.5.",
        "700, -",
        "26, -5",
        "3802, \"\uFFFD\"",
        "114, 1",
    })
    void othersAreLeftToTheirCodec(int oid, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(JsonValues.writeText(TypeRegistry.builtIn().codec(oid, -1), bytes, 0, bytes.length, json))
                .isFalse();
        assertThat(json.size()).isZero();
    }
}
