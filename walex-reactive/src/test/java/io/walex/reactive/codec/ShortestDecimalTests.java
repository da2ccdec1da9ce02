package io.walex.reactive.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What PostgreSQL 15 and 18 write; {@link ShortestDecimalIT} asks them for far more. */
class ShortestDecimalTests {

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "-1.5, -1.5",
        "0.1, 0.1",
        "-0.0, -0",
        "1e-300, 1e-300",
        "1.5e-5, 1.5e-05",
        "0.0001, 0.0001",
        "123456789.125, 123456789.125",
        "100000000000000, 100000000000000",
        "1e15, 1e+15",
        "3e23, 3e+23",
        // Half of the readers would take 1e+23 for the next number.
        "1e23, 9.999999999999999e+22",
        "5e-324, 5e-324",
        "1e-323, 1e-323",
        "2.2250738585072014e-308, 2.2250738585072014e-308",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "NaN, NaN",
        "-Infinity, -Infinity",
    })
    void doubles(double value, String text) {
        assertThat(ShortestDecimal.of(value)).isEqualTo(text);
        assertThat(PgText.of(value)).isEqualTo(text);
        assertThat(JsonValues.text(value)).isEqualTo(Double.isFinite(value) ? text : '"' + text + '"');
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "0.1, 0.1",
        "-0.0, -0",
        "100000, 100000",
        "123456.7, 123456.7",
        "1e6, 1e+06",
        "16777216, 1.6777216e+07",
        "0.00001, 1e-05",
        "1e-45, 1e-45",
        "3.4028235e38, 3.4028235e+38",
        "NaN, NaN",
        "Infinity, Infinity",
    })
    void floats(float value, String text) {
        assertThat(ShortestDecimal.of(value)).isEqualTo(text);
        assertThat(PgText.of(value)).isEqualTo(text);
        assertThat(JsonValues.text(value)).isEqualTo(Float.isFinite(value) ? text : '"' + text + '"');
    }

    @Test
    void readsBackAsTheSame() {
        Random random = new Random(Long.getLong("codec.seed", 1));
        for (int i = 0; i < 100_000; i++) {
            Double value = Double.longBitsToDouble(random.nextLong());
            Float other = Float.intBitsToFloat(random.nextInt());
            assertThat(Double.valueOf(ShortestDecimal.of(value.doubleValue()))).isEqualTo(value);
            assertThat(Float.valueOf(ShortestDecimal.of(other.floatValue()))).isEqualTo(other);
        }
    }

    @Test
    void shapesRangesAndVectorsOfThem() {
        assertThat(new Geometric.Circle(new Geometric.Point(1e-300, 1e15), 2e22))
                .hasToString("<(1e-300,1e+15),2e+22>");
        assertThat(Range.of("[)", 1e-300, 1e15)).hasToString("[1e-300,1e+15)");
        assertThat(JsonValues.text(List.of(1f, 1e-7f))).isEqualTo("[1,1e-07]");
    }

    @Test
    void binaryFormsAreWrittenUndecoded() {
        byte[] bytes = ByteBuffer.allocate(10).putDouble(1, 1e-300).array();
        JsonBytes json = new JsonBytes(0);
        assertThat(JsonValues.writeBinary(NumberCodecs.FLOAT8, bytes, 1, 8, json))
                .isTrue();
        assertThat(json).hasToString("1e-300");
        assertThat(JsonValues.binaryText(NumberCodecs.FLOAT8, bytes, 1, 8)).isEqualTo("1e-300");
        assertThat(JsonValues.binaryText(NumberCodecs.FLOAT8, bytes, 1, 7)).isNull();
        assertThat(JsonValues.binaryText(NumberCodecs.INT8, bytes, 1, 8)).isNull();
    }

    @Test
    void decimalsAreThoseThatAreWritten() {
        assertThat(Conversions.convert(1e-300, BigDecimal.class)).isEqualTo(new BigDecimal("1e-300"));
        assertThat(Conversions.convert(new BigDecimal("1e23"), Double.class)).isEqualTo(1e23);
        assertThat(Conversions.convert(new BigDecimal("5e-324"), Double.class)).isEqualTo(Double.MIN_VALUE);
    }
}
