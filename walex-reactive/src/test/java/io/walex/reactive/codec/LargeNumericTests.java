package io.walex.reactive.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.databind.json.JsonMapper;

/** Numerics of up to 147,455 digits, PostgreSQL's limit, in both forms. */
class LargeNumericTests {

    private static final int WHOLE = 131_072;
    private static final int FRACTION = 16_383;

    /** Binary forms have 36,864 groups of digits. */
    private static final String LARGEST = "-" + "1234567".repeat(WHOLE / 7 + 1).substring(0, WHOLE) + "."
            + "7654321".repeat(FRACTION / 7 + 1).substring(0, FRACTION);

    @Test
    void moreGroupsThanASignedCountHolds() {
        byte[] binary = binary(LARGEST);
        assertThat(binary).hasSizeGreaterThan(65_536);
        assertThat(NumericCodec.NUMERIC.fromBinary(binary, 0, binary.length)).isEqualTo(new BigDecimal(LARGEST));
        assertThat(JsonValues.binaryText(NumericCodec.NUMERIC, binary, 0, binary.length))
                .isEqualTo(LARGEST);
    }

    @Test
    void largestOfText() {
        byte[] text = LARGEST.getBytes(StandardCharsets.US_ASCII);
        assertThat(NumericCodec.NUMERIC.fromText(text, 0, text.length)).isEqualTo(new BigDecimal(LARGEST));
    }

    static List<RecordedForms.Forms> recorded() throws Exception {
        return RecordedForms.read().stream()
                .filter(forms -> forms.oid() == 1700)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void binaryGivesTheTextUndecoded(RecordedForms.Forms forms) {
        byte[] binary = forms.binary();
        String text = new String(forms.text(), StandardCharsets.US_ASCII);
        assertThat(JsonValues.binaryText(NumericCodec.NUMERIC, binary, 0, binary.length))
                .isEqualTo(text);
        JsonBytes json = new JsonBytes(0);
        assertThat(JsonValues.writeBinary(NumericCodec.NUMERIC, binary, 0, binary.length, json))
                .isTrue();
        assertThat(json).hasToString(text.matches(".*[0-9]") ? text : '"' + text + '"');
    }

    @Test
    void whatIsNoNumericIsLeftToDecoding() {
        byte[] moreThanTheScale = {0, 1, -1, -1, 0, 0, 0, 2, 0, 1};
        assertThat(JsonValues.binaryText(NumericCodec.NUMERIC, moreThanTheScale, 0, 10))
                .isNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NumericCodec.NUMERIC.fromBinary(moreThanTheScale, 0, 10))
                .withMessageContaining("more digits than the scale");
        byte[] noText = "1x".repeat(1000).getBytes(StandardCharsets.US_ASCII);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NumericCodec.NUMERIC.fromText(noText, 0, noText.length))
                .withMessage("not a decimal, in 2000 characters")
                .withNoCause();
    }

    /** As docs/types.md says: readers with Jackson's defaults refuse more than a thousand digits. */
    @Test
    void aFunctionMakesTextOfLongNumbersInJson() {
        TypeRegistry types = TypeRegistry.builder()
                .map(
                        "numeric",
                        value -> value instanceof BigDecimal number
                                        && number.toPlainString().length() > 1000
                                ? number.toPlainString()
                                : value)
                .build();
        byte[] text = LARGEST.getBytes(StandardCharsets.US_ASCII);
        Object value = types.codec(1700, -1).fromText(text, 0, text.length);
        assertThat(JsonMapper.shared().readTree(JsonValues.text(value)).asString())
                .isEqualTo(LARGEST);
        assertThat(types.codec(1700, -1).fromText(text, 0, 4)).isEqualTo(new BigDecimal("-123"));
        assertThat(StreamReadConstraints.DEFAULT_MAX_NUM_LEN).isEqualTo(1000);
    }

    /** As numeric_send writes a number whose whole part has a multiple of four digits. */
    private static byte[] binary(String text) {
        int point = text.indexOf('.');
        String digits = (text.substring(1, point) + text.substring(point + 1) + "000");
        int groups = digits.length() / 4;
        ByteBuffer binary = ByteBuffer.allocate(8 + 2 * groups);
        binary.putShort((short) groups).putShort((short) ((point - 1) / 4 - 1));
        binary.putShort((short) 0x4000).putShort((short) (text.length() - point - 1));
        for (int i = 0; i < groups; i++) {
            binary.putShort(Short.parseShort(digits.substring(4 * i, 4 * i + 4)));
        }
        return binary.array();
    }
}
