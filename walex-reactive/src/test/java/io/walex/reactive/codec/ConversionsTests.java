package io.walex.reactive.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.walex.reactive.pgoutput.Lsn;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ConversionsTests {

    enum Status {
        IN_PROGRESS,
        done
    }

    record Address(String street, int number) {}

    @Test
    void theValueItselfAndPrimitives() {
        assertThat(Conversions.convert("a", Object.class)).isEqualTo("a");
        assertThat(Conversions.convert(42, int.class)).isEqualTo(42);
        assertThat(Conversions.convert(42, long.class)).isEqualTo(42L);
        assertThat(Conversions.convert(true, boolean.class)).isTrue();
    }

    @Test
    void numbersThatFit() {
        assertThat(Conversions.convert((short) 7, Integer.class)).isEqualTo(7);
        assertThat(Conversions.convert(7L, Byte.class)).isEqualTo((byte) 7);
        assertThat(Conversions.convert(new BigDecimal("7.00"), Integer.class)).isEqualTo(7);
        assertThat(Conversions.convert(Long.MAX_VALUE, BigDecimal.class)).isEqualTo(BigDecimal.valueOf(Long.MAX_VALUE));
        assertThat(Conversions.convert(new BigDecimal("1e30"), BigInteger.class))
                .isEqualTo(BigInteger.TEN.pow(30));
        assertThat(Conversions.convert(new BigDecimal("0.1"), Double.class)).isEqualTo(0.1);
        assertThat(Conversions.convert(0.1f, Double.class)).isEqualTo((double) 0.1f);
        assertThat(Conversions.convert(0.1f, BigDecimal.class)).isEqualTo(new BigDecimal("0.1"));
        assertThat(Conversions.convert(0.5, Float.class)).isEqualTo(0.5f);
        assertThat(Conversions.convert(Double.NaN, Float.class)).isNaN();
        assertThat(Conversions.convert(1L << 53, Double.class)).isEqualTo(9007199254740992.0);
    }

    @Test
    void numbersThatDoNotFit() {
        assertLossy(1L << 31, Integer.class);
        assertLossy(new BigDecimal("7.01"), Long.class);
        assertLossy((1L << 53) + 1, Double.class);
        assertLossy(new BigDecimal("0.12345678901234567890"), Double.class);
        assertLossy(new BigDecimal("1e400"), Double.class);
        assertLossy(0.1, Float.class);
        assertLossy(Double.NaN, BigDecimal.class);
        assertLossy(Double.POSITIVE_INFINITY, Long.class);
        assertUnknown(1, Boolean.class);
    }

    @Test
    void moments() {
        OffsetDateTime time = OffsetDateTime.of(2024, 1, 1, 12, 0, 0, 0, ZoneOffset.UTC);
        assertThat(Conversions.convert(time, Instant.class)).isEqualTo("2024-01-01T12:00:00Z");
        assertThat(Conversions.convert(time, ZonedDateTime.class)).isEqualTo(time.toZonedDateTime());
        assertThat(Conversions.convert(OffsetDateTime.MAX, ZonedDateTime.class).toOffsetDateTime())
                .isEqualTo(OffsetDateTime.MAX);
        assertThat(Conversions.convert(OffsetDateTime.MAX, Instant.class)).isEqualTo(Instant.MAX);
        assertThat(Conversions.convert(OffsetDateTime.MIN, Instant.class)).isEqualTo(Instant.MIN);
        assertUnknown(time, LocalDateTime.class);
        assertUnknown(LocalDateTime.MAX, LocalDate.class);
    }

    @Test
    void intervals() {
        assertThat(Conversions.convert(new Interval(0, 0, 1_500_000), Duration.class))
                .isEqualTo(Duration.ofMillis(1500));
        assertThat(Conversions.convert(new Interval(14, -3, 0), Period.class)).isEqualTo(Period.of(1, 2, -3));
        assertLossy(new Interval(0, 1, 1), Duration.class);
        assertLossy(new Interval(0, 1, 1), Period.class);
        assertLossy(Interval.INFINITY, Period.class);
    }

    @Test
    void textToEnumsUuidsAndBits() {
        assertThat(Conversions.convert("IN_PROGRESS", Status.class)).isEqualTo(Status.IN_PROGRESS);
        assertThat(Conversions.convert("in-progress", Status.class)).isEqualTo(Status.IN_PROGRESS);
        assertThat(Conversions.convert("done", Status.class)).isEqualTo(Status.done);
        assertLossy("lost", Status.class);
        UUID uuid = UUID.randomUUID();
        assertThat(Conversions.convert(uuid.toString(), UUID.class)).isEqualTo(uuid);
        assertLossy("1-1-1-1-1", UUID.class);
        assertLossy("secret", UUID.class);
        assertThat(Conversions.convert("1", Boolean.class)).isTrue();
        assertLossy("true", Boolean.class);
        assertUnknown("7", Integer.class);
    }

    @Test
    void bytesListsAndAddresses() throws Exception {
        assertThat(Conversions.convert(ByteBuffer.wrap(new byte[] {1, 2}).asReadOnlyBuffer(), byte[].class))
                .containsExactly(1, 2);
        assertThat(Conversions.convert(List.of(1, 2), int[].class)).containsExactly(1, 2);
        assertThat(Conversions.convert(List.of(1, 2), Long[].class)).containsExactly(1L, 2L);
        assertThat(Conversions.convert(List.of(1.5f), float[].class)).containsExactly(1.5f);
        assertThat(Conversions.convert(List.of(List.of("a"), List.of("b")), String[][].class))
                .isDeepEqualTo(new String[][] {{"a"}, {"b"}});
        assertThat(Conversions.convert(TypeCases.list("a", null), String[].class))
                .containsExactly("a", null);
        assertLossy(TypeCases.list(1, null), int[].class);
        assertThat(Conversions.convert(Inet.parse("10.0.0.1"), InetAddress.class))
                .isEqualTo(InetAddress.getByName("10.0.0.1"));
        assertLossy(Inet.parse("10.0.0.1/8"), InetAddress.class);
    }

    @Test
    void typesWithoutAConversionAreToldAsThat() {
        for (Object value : List.of(1, "text", LocalTime.NOON, OffsetDateTime.MAX, List.of(1))) {
            assertUnknown(value, java.util.Date.class);
        }
    }

    @Test
    void anythingToText() {
        assertThat(Conversions.convert(new BigDecimal("1E+3"), String.class)).isEqualTo("1000");
        assertThat(Conversions.convert(1.0, String.class)).isEqualTo("1");
        assertThat(Conversions.convert(Lsn.parse("1/A"), String.class)).isEqualTo("1/A");
        assertThat(Conversions.convert(LocalTime.MAX, String.class)).isEqualTo("24:00:00");
        assertThat(Conversions.convert(List.of(1, 2), String.class)).isEqualTo("[1,2]");
        assertThat(Conversions.convert(json("{\"a\":1.50}"), String.class)).isEqualTo("{\"a\":1.50}");
    }

    @Test
    void jsonAndCompositesToRecords() {
        Address address = new Address("Main", 7);
        assertThat(Conversions.convert(json("{\"street\":\"Main\",\"number\":7}"), Address.class))
                .isEqualTo(address);
        assertThat(Conversions.convert(Map.of("street", "Main", "number", 7), Address.class))
                .isEqualTo(address);
        assertLossy(json("[1]"), Address.class);
        assertLossy(json("1.9"), Integer.class);
        assertLossy(json("1e300"), Float.class);
        assertLossy(json("{\"number\":7.5}"), Address.class);
        assertThat(Conversions.convert(json("[0.5,2]"), float[].class)).containsExactly(0.5f, 2);
        assertLossy(json("7"), UUID.class);
    }

    private static Object json(String text) {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return JsonCodec.json(JsonForm.NODE).fromText(bytes, 0, bytes.length);
    }

    private static void assertUnknown(Object value, Class<?> type) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Conversions.convert(value, type))
                .withMessage(
                        "Cannot convert %s to %s: there is no such conversion",
                        value.getClass().getName(), type.getTypeName());
    }

    private static void assertLossy(Object value, Class<?> type) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Conversions.convert(value, type))
                .withMessage(
                        "Cannot convert %s to %s without loss", value.getClass().getName(), type.getTypeName());
    }
}
