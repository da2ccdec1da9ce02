package io.walex.reactive.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON that PostgreSQL's {@code json} takes and Jackson's trees do not hold. */
class JsonTreeTests {

    private static final int JSON = 114;
    private static final int DEEP = 20_000;

    record Payload(int id, BigDecimal amount) {}

    @ParameterizedTest
    @ValueSource(strings = {"1e99999999999", "-1.50E-99999999999999999999", "0e2147483649", "1e2147483649"})
    void numbersBeyondEveryExponentStayAsWritten(String number) {
        assertThat(JsonValues.text(value(number))).isEqualTo(number);
        assertThat(Conversions.convert(value(number), String.class)).isEqualTo(number);

        JsonNode tree =
                value("{\"id\": 1,\n \"amount\": %s, \"list\": [%<s, 2.50, \"a\", null, true]}".formatted(number));
        assertThat(tree.get("id").intValue()).isEqualTo(1);
        assertThat(tree.get("list").get(1).decimalValue()).isEqualTo(new BigDecimal("2.50"));
        String json = "{\"id\":1,\"amount\":%s,\"list\":[%<s,2.50,\"a\",null,true]}".formatted(number);
        assertThat(JsonValues.text(tree)).isEqualTo(json);
        assertThat(JsonValues.text(List.of(tree))).isEqualTo("[" + json + "]");
        assertThat(JsonMapper.shared().writeValueAsString(tree)).isEqualTo(json);
        assertThat(tree).hasToString(json).isEqualTo(value(json)).hasSameHashCodeAs(value(json));
    }

    @Test
    void whatCannotHoldThemSaysSo() {
        JsonNode tree = value("{\"id\": 1, \"amount\": 1e99999999999}");
        Map<?, ?> map = Conversions.convert(tree, Map.class);
        assertThat(map.get("id")).isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Conversions.convert(tree, Payload.class))
                .withMessageContaining("Payload without loss");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Conversions.convert(value("1e99999999999"), BigDecimal.class))
                .withMessageContaining("BigDecimal without loss");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Conversions.convert(new BigDecimal("1e999999999"), BigInteger.class));
    }

    record Text(String amount) {}

    @Test
    void asTextTheyAreAsWritten() {
        assertThat(Conversions.convert(value("{\"amount\": 1e99999999999}"), Text.class))
                .isEqualTo(new Text("1e99999999999"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[%s]", "{\"a\":%s}"})
    void whatIsNestedThousandsDeepIsATreeDownToAThousand(String level) {
        int at = level.indexOf('%');
        String start = level.substring(0, at);
        String end = level.substring(at + 2);
        String inner = start.repeat(DEEP - 1000) + " \"\\\" \", 1e99999999999 ".split(",")[0] + end.repeat(DEEP - 1000);
        String json = start.repeat(1000) + inner + end.repeat(1000);
        JsonNode tree = value(json);

        assertThat(JsonValues.text(tree)).isEqualTo(json.replace(" \"\\", "\"\\"));
        assertThat(tree.equals(value(json))).isTrue();
        assertThat(tree.hashCode()).isEqualTo(value(json).hashCode());
        assertThat(tree.deepCopy().equals(tree)).isTrue();
        JsonNode node = tree;
        for (int i = 0; i < 1000; i++) {
            node = node.iterator().next();
        }
        assertThat(node.isPojo()).isTrue();
    }

    @Test
    void namesMayBeHalfASurrogatePair() {
        assertThat(JsonValues.text(value("{\"\\ud800\" : 1, \"\\\\ud800\\ud83d\\ude00\" : \"\\udc00\"}")))
                .isEqualTo("{\"\\uD800\":1,\"\\\\ud800\ud83d\ude00\":\"\\uDC00\"}");
        String deep = "[".repeat(1001) + " {\"\\udc00\": \"\\ud83d\\ude00\"} " + "]".repeat(1001);
        assertThat(JsonValues.text(value(deep))).contains("[{\"\\udc00\":\"\ud83d\ude00\"}]");
    }

    @Test
    void longNumbersAreNumbers() {
        String digits = "7".repeat(20_000);
        JsonNode tree = value("[%s, %<s.50, -%<s, 9223372036854775807, 9223372036854775808]".formatted(digits));
        assertThat(tree.get(0).bigIntegerValue()).isEqualTo(new BigInteger(digits));
        assertThat(tree.get(1).decimalValue()).isEqualTo(new BigDecimal(digits + ".50"));
        assertThat(tree.get(2).bigIntegerValue()).isEqualTo(new BigInteger("-" + digits));
        assertThat(tree.get(3).isLong()).isTrue();
        assertThat(tree.get(4).isBigInteger()).isTrue();
    }

    @Test
    void theLastOfDuplicateNamesWins() {
        assertThat(JsonValues.text(value("{\"a\": 1e99999999999, \"b\": 1, \"a\": 2}")))
                .isEqualTo(JsonValues.text(value("{\"a\": 1, \"b\": 1, \"a\": 2}")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e99999999999 2", "[1e99999999999", "[1e99999999999]]", "{\"a\":1e99999999999,}", "[1e]"})
    void whatIsNoJson(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> value(text)).withMessage("not JSON");
    }

    private static JsonNode value(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return (JsonNode) TypeRegistry.builtIn().codec(JSON, -1).fromText(bytes, 0, bytes.length);
    }
}
