package io.walex.reactive.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms that a server gives under other settings, locales and versions. */
class SpecialFormsTests {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2 | $1,234.50          | 1234.50
            2 | -$0.01             | -0.01
            2 | ($1,234.50)        | -1234.50
            2 | 1.234,50 €         | 1234.50
            2 | Fr. 1'234.50       | 1234.50
            2 | kr -1 234,50       | -1234.50
            2 | ₹ 12,34,567.89     | 1234567.89
            0 | ￥1,234            | 1234
            3 | KWD 1,234.500      | 1234.500
            """)
    void moneyOfManyLocales(int scale, String text, BigDecimal value) {
        assertThat(text(new MoneyCodec(scale), text)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2 | ￥1,234
            0 | $1.50
            2 | free
            """)
    void moneyOfAnUnexpectedScaleStaysText(int scale, String text) {
        assertThat(text(new MoneyCodec(scale), text)).isEqualTo(text);
    }

    @Test
    void escapedBytea() {
        assertThat(text(BytesCodecs.BYTEA, "a\\\\b\\000\\377"))
                .isEqualTo(ByteBuffer.wrap(new byte[] {'a', '\\', 'b', 0, -1}));
    }

    @Test
    void timestamptzOfOtherZonesIsInUtc() {
        assertThat(text(DateTimeCodecs.TIMESTAMPTZ, "2024-07-01 12:00:00.25+05:30"))
                .isEqualTo(OffsetDateTime.parse("2024-07-01T06:30:00.25Z"));
        assertThat(text(DateTimeCodecs.TIMESTAMPTZ, "1883-11-18 12:00:00-04:56:02"))
                .isEqualTo(OffsetDateTime.parse("1883-11-18T16:56:02Z"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"07/01/2024", "01 Jul 2024", "2024-13-01", "2023-02-29", "", "2024-07-01 BC ", "0000-01-01x"})
    void datesThatAreNotIso(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> text(DateTimeCodecs.DATE, text));
    }

    @Test
    void highByteOfChar() {
        assertThat(text(BytesCodecs.CHAR, "\\377")).isEqualTo("\\377");
        assertThat(BytesCodecs.CHAR.fromBinary(new byte[] {-1}, 0, 1)).isEqualTo("\\377");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -2562047788:00:54.775808 | PT-2562047788H-54.775808S
            1 year -1 mons           | P11M
            00:00:00                 | PT0S
            -178000000 years         | P-178000000Y
            P1Y2M3DT4H5M6.7S         | P1Y2M3DT4H5M6.7S
            PT-0.000001S             | PT-0.000001S
            infinity                 | infinity
            -infinity                | -infinity
            """)
    void intervals(String text, String iso) {
        assertThat(Interval.parse(text)).hasToString(iso);
        assertThat(Interval.parse(iso)).isEqualTo(Interval.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "P", "1 fortnight", "1", "1-2", "@ 1 day", "1:2", "PT1Y", "9999999999 days"})
    void whatIsNoInterval(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Interval.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3",
                "256.0.0.1",
                "1.2.3.4/33",
                "::1::",
                "1:2:3",
                "12345::",
                "example.com",
                "-1.0.0.1",
                "::/129"
            })
    void whatIsNoAddress(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Inet.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "+1",
                "1.0",
                "9223372036854775808",
                "-9223372036854775809",
                "99999999999999999999",
                "0x1"
            })
    void whatIsNoInteger(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> text(NumberCodecs.INT8, text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", ".", "1f", "0x1p3", " 1", "1e", "--1"})
    void whatIsNoFloat(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> text(NumberCodecs.FLOAT8, text));
        assertThatIllegalArgumentException().isThrownBy(() -> text(NumberCodecs.FLOAT4, text));
    }

    private static Object text(ColumnCodec codec, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return codec.fromText(bytes, 0, bytes.length);
    }
}
