package io.walex.reactive.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.codec.Geometric.Point;
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
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonValuesTests {

    record Price(String currency, int cents) {}

    @Test
    void numbers() {
        assertJson(Long.MAX_VALUE, "9223372036854775807");
        assertJson((short) -1, "-1");
        assertJson(new BigDecimal("1E+3"), "1000");
        assertJson(new BigDecimal("0.00000000010"), "0.00000000010");
        assertJson(1.5f, "1.5");
        assertJson(0.1, "0.1");
    }

    @Test
    void whatIsNoJsonNumberIsText() {
        assertJson(Double.NaN, "\"NaN\"");
        assertJson(Float.NEGATIVE_INFINITY, "\"-Infinity\"");
        assertJson(BigInteger.ONE.shiftLeft(63), "\"9223372036854775808\"");
        assertJson(Lsn.parse("16/B374D848"), "\"16/B374D848\"");
    }

    @Test
    void textsAndBytes() {
        assertJson(null, "null");
        assertJson(true, "true");
        assertJson("a\"b", "\"a\\\"b\"");
        assertJson(ByteBuffer.wrap(new byte[] {0, -1}).asReadOnlyBuffer(), "\"\\\\x00ff\"");
        assertJson(new UUID(0, 1), "\"00000000-0000-0000-0000-000000000001\"");
    }

    @Test
    void times() {
        assertJson(LocalDate.of(2024, 2, 29), "\"2024-02-29\"");
        assertJson(LocalDate.of(-43, 3, 15), "\"0044-03-15 BC\"");
        assertJson(LocalDate.MAX, "\"infinity\"");
        assertJson(LocalTime.of(10, 0), "\"10:00:00\"");
        assertJson(LocalTime.MAX, "\"24:00:00\"");
        assertJson(OffsetTime.of(10, 0, 0, 0, ZoneOffset.ofHours(2)), "\"10:00:00+02:00\"");
        assertJson(LocalDateTime.of(12345, 1, 1, 10, 0, 0, 500_000_000), "\"12345-01-01T10:00:00.5\"");
        assertJson(OffsetDateTime.of(2024, 1, 1, 0, 0, 0, 1000, ZoneOffset.UTC), "\"2024-01-01T00:00:00.000001Z\"");
        assertJson(OffsetDateTime.MIN, "\"-infinity\"");
        assertJson(new Interval(14, -3, -500_000), "\"P1Y2M-3DT-0.5S\"");
        assertJson(Interval.NEGATIVE_INFINITY, "\"-infinity\"");
    }

    @Test
    void compounds() {
        assertJson(TypeCases.list(1, null, List.of(2)), "[1,null,[2]]");
        assertJson(TypeCases.map("a", 1, "b", null), "{\"a\":1,\"b\":null}");
        assertJson(Range.of("[)", 1, null), "\"[1,)\"");
        assertJson(Range.of("[]", "a b", ""), "\"[\\\"a b\\\",\\\"\\\"]\"");
        assertJson(List.of(Range.empty()), "[\"empty\"]");
        assertJson(new Point(1.5, -2), "\"(1.5,-2)\"");
        assertJson(Cidr.parse("10.0.0.0/8"), "\"10.0.0.0/8\"");
        assertJson(JsonCodec.MAPPER.readTree("{\"a\":[1.50]}"), "{\"a\":[1.50]}");
    }

    @Test
    void typesOfTheUser() {
        assertJson(List.of(new Price("EUR", 5)), "[{\"currency\":\"EUR\",\"cents\":5}]");
    }

    private static void assertJson(@Nullable Object value, String json) {
        assertThat(JsonValues.text(value)).isEqualTo(json);
    }
}
