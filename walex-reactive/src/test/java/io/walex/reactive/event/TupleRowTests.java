package io.walex.reactive.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.walex.reactive.codec.Interval;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Frames;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputDecoder;
import io.walex.reactive.pgoutput.PgOutputMessage;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.RelationColumn;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class TupleRowTests {

    private static final int BYTEA = 17;
    private static final int INT8 = 20;
    private static final int INT4 = 23;
    private static final int TEXT = 25;
    private static final int FLOAT8 = 701;
    private static final int INT4_ARRAY = 1007;
    private static final int DATE = 1082;
    private static final int TIMESTAMPTZ = 1184;
    private static final int INTERVAL = 1186;
    private static final int BIT = 1560;
    private static final int NUMERIC = 1700;
    private static final int UUID_TYPE = 2950;
    private static final int JSONB = 3802;

    enum Mood {
        SO_SO
    }

    record Name(String value) {

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static Name of(String value) {
            return new Name(value);
        }
    }

    record Nested(float ratio, int countOfAll) {}

    record Positive(int someValue) {

        Positive {
            if (someValue <= 0) {
                throw new IllegalStateException("not positive");
            }
        }
    }

    record OfInt(int someValue) {}

    record OfFloat(float someValue) {}

    record OfLong(@Nullable Long someValue) {}

    record OfText(String someValue) {}

    record OfObject(Object someValue) {}

    record OfBoolean(boolean someValue) {}

    record OfInstant(Instant someValue) {}

    record OfDate(LocalDate someValue) {}

    record OfDuration(Duration someValue) {}

    record OfInterval(Interval someValue) {}

    record OfMood(Mood someValue) {}

    record OfUuid(UUID someValue) {}

    record OfName(Name someValue) {}

    record OfNested(Nested someValue) {}

    record OfNode(JsonNode someValue) {}

    record OfObjectNode(ObjectNode someValue) {}

    record OfMap(Map<String, Object> someValue) {}

    record OfBytes(byte[] someValue) {}

    record OfBuffer(ByteBuffer someValue) {}

    record OfLongs(List<Long> someValue) {}

    record OfShorts(List<Short> someValue) {}

    record OfArray(int[] someValue) {}

    record OfOptional(Optional<Long> someValue) {}

    record OfNothing(@Nullable String other) {}

    record Named(int id, String name) {}

    record Reachable(@Nullable String email) {}

    record Choosy(int id) {

        Choosy {
            throw new NoSuchElementException("no choice");
        }
    }

    static class Bean {

        private long someValue;

        public void setSomeValue(long value) {
            someValue = value;
        }
    }

    @Test
    void bytes() {
        Row row = row(BYTEA, "\\x0aff");
        assertThat(row.as(OfBytes.class).someValue()).containsExactly(10, 255);
        assertThat(row.as(OfBuffer.class).someValue()).isEqualTo(ByteBuffer.wrap(new byte[] {10, (byte) 255}));
        assertThat(row.as(OfNothing.class)).isEqualTo(new OfNothing(null));
        assertThat((Object) row.as(Map.class)).isEqualTo(row.asMap());
        assertThat(row.as(JsonNode.class)).hasToString("{\"some_value\":\"\\\\x0aff\"}");
    }

    @Test
    void numbers() {
        assertThat(row(NUMERIC, "1.00").as(OfInt.class)).isEqualTo(new OfInt(1));
        assertThat(row(INT4, "7").as(OfLong.class)).isEqualTo(new OfLong(7L));
        assertThat(row(INT4, "7").as(OfOptional.class)).isEqualTo(new OfOptional(Optional.of(7L)));
        assertThat(row(INT4, "7").as(OfObject.class)).isEqualTo(new OfObject(7));
        assertThat(row(INT4, "7").as(OfText.class)).isEqualTo(new OfText("7"));
        assertThat(row(INT4, "7").as(Bean.class).someValue).isEqualTo(7);
        assertThat(row(FLOAT8, "0.5").as(OfFloat.class)).isEqualTo(new OfFloat(0.5f));
        assertThat(row(NUMERIC, "1.50").as(OfObject.class)).isEqualTo(new OfObject(new BigDecimal("1.50")));
        assertThat(row(INT4, null).as(OfLong.class)).isEqualTo(new OfLong(null));
        assertFails(NUMERIC, "1.99", OfInt.class);
        assertFails(INT8, "3000000000", OfInt.class);
        assertFails(FLOAT8, "1e300", OfFloat.class);
        assertFails(FLOAT8, "1.99", Bean.class);
        assertFails(INT4, "77", OfMood.class);
        assertFails(INT4, "77", OfInstant.class);
        assertFails(INT4, "77", OfBoolean.class);
        assertFails(TEXT, "77", OfInt.class);
        assertFails(INT4, null, OfInt.class);
        assertFails(NUMERIC, "1.99", OfOptional.class);
    }

    @Test
    void times() {
        assertThat(row(TIMESTAMPTZ, "infinity").as(OfInstant.class)).isEqualTo(new OfInstant(Instant.MAX));
        assertThat(row(TIMESTAMPTZ, "2024-01-01 12:00:00.123456+00").as(OfInstant.class))
                .isEqualTo(new OfInstant(Instant.parse("2024-01-01T12:00:00.123456Z")));
        assertThat(row(TIMESTAMPTZ, "-infinity").as(OfObject.class)).isEqualTo(new OfObject(OffsetDateTime.MIN));
        assertThat(row(DATE, "infinity").as(OfDate.class)).isEqualTo(new OfDate(LocalDate.MAX));
        assertThat(row(TEXT, "2024-02-29").as(OfDate.class)).isEqualTo(new OfDate(LocalDate.of(2024, 2, 29)));
        assertThat(row(INTERVAL, "00:00:01.5").as(OfDuration.class)).isEqualTo(new OfDuration(Duration.ofMillis(1500)));
        assertThat(row(INTERVAL, "1 mon").as(OfInterval.class)).isEqualTo(new OfInterval(new Interval(1, 0, 0)));
        assertFails(INTERVAL, "1 day", OfDuration.class);
        assertFails(TIMESTAMPTZ, "2024-01-01 12:00:00+00", OfDate.class);
        assertFails(TEXT, "secret", OfDate.class);
    }

    @Test
    void texts() {
        assertThat(row(TEXT, "so, so").as(OfMood.class)).isEqualTo(new OfMood(Mood.SO_SO));
        assertThat(row(TEXT, "a").as(OfName.class)).isEqualTo(new OfName(new Name("a")));
        assertThat(row(BIT, "1").as(OfBoolean.class)).isEqualTo(new OfBoolean(true));
        UUID uuid = UUID.randomUUID();
        assertThat(row(UUID_TYPE, uuid.toString()).as(OfUuid.class)).isEqualTo(new OfUuid(uuid));
        assertThat(row(TEXT, uuid.toString()).as(OfUuid.class)).isEqualTo(new OfUuid(uuid));
        assertFails(TEXT, "secret", OfUuid.class);
        assertFails(TEXT, "secret", OfMood.class);
        assertFails(TEXT, "0", OfMood.class);
        assertFails(TEXT, "c2VjcmV0", OfBytes.class);
        assertFails(TEXT, "secret", OfNested.class);
    }

    @Test
    void json() {
        assertThat(row(JSONB, "{\"ratio\":0.5,\"count_of_all\":2,\"more\":[]}").as(OfNested.class))
                .isEqualTo(new OfNested(new Nested(0.5f, 2)));
        assertThat(row(JSONB, "{\"a\":[1]}").as(OfMap.class)).isEqualTo(new OfMap(Map.of("a", List.of(1))));
        assertThat(row(JSONB, "{\"a\":1.50}").as(OfNode.class).someValue()).hasToString("{\"a\":1.50}");
        assertThat(row(JSONB, "2.0").as(OfInt.class)).isEqualTo(new OfInt(2));
        assertThat(row(JSONB, "2.0").get("some_value", Integer.class)).isEqualTo(2);
        assertThat(row(JSONB, "[1,2]").as(OfArray.class).someValue()).containsExactly(1, 2);
        assertThat(row(INT4, "1").as(OfNode.class).someValue()).hasToString("1");
        assertThat(row(JSONB, "{\"some_value\":{\"a\":1.50}}")
                        .as(OfObjectNode.class)
                        .someValue())
                .hasToString("{\"some_value\":{\"a\":1.50}}");
        assertFails(JSONB, "[1.9]", OfObjectNode.class);
        assertFails(JSONB, "1.9", OfInt.class);
        assertFails(JSONB, "1e300", OfFloat.class);
        assertFails(JSONB, "[1.9]", OfArray.class);
        assertFails(JSONB, "{\"ratio\":1e300}", OfNested.class);
        assertFails(JSONB, "{\"count_of_all\":1.9}", OfNested.class);
        for (Class<?> type : List.of(Integer.class, Long.class, Short.class, Byte.class)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> row(JSONB, "1.9").get("some_value", type))
                    .withMessageStartingWith("Column \"some_value\" of public.t: Cannot convert");
        }
    }

    @Test
    void lists() {
        assertThat(row(INT4_ARRAY, "{1,NULL}").as(OfLongs.class).someValue()).containsExactly(1L, null);
        assertThat(row(INT4_ARRAY, "{1,2}").as(OfArray.class).someValue()).containsExactly(1, 2);
        assertThat(row(INT4_ARRAY, "{1,2}").as(OfObject.class)).isEqualTo(new OfObject(List.of(1, 2)));
        assertFails(INT4_ARRAY, "{99999}", OfShorts.class);
        assertFails(INT4_ARRAY, "{1,NULL}", OfArray.class);
    }

    @Test
    void columnsWithoutAPropertyAreNotDecoded() {
        assertThat(row(INT4, "broken").as(OfNothing.class)).isEqualTo(new OfNothing(null));
        assertFails(INT4, "broken", OfInt.class);
    }

    @Test
    void unsentValuesFailWhereAPropertyTakesThem() {
        Row row = SampleEvents.of("user", ReplicaIdentity.DEFAULT)
                .update("1", "a", SampleEvents.UNCHANGED)
                .newRecord();
        assertThat(row.as(Named.class)).isEqualTo(new Named(1, "a"));
        for (Class<?> type : List.of(Reachable.class, Map.class, JsonNode.class)) {
            assertThatThrownBy(() -> row.as(type))
                    .isExactlyInstanceOf(NoSuchElementException.class)
                    .hasMessageStartingWith("Column \"email\" of public.user is an unchanged TOASTed value");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> row.as(Choosy.class))
                .withCauseInstanceOf(NoSuchElementException.class);
    }

    @Test
    void failuresSayWhy() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> row(NUMERIC, "1.99").as(OfInt.class))
                .withMessage("Cannot map a row of public.t onto " + OfInt.class.getName()
                        + ": column \"some_value\": Cannot convert java.math.BigDecimal to int without loss");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> row(INT4, "-1").as(Positive.class))
                .withCauseInstanceOf(IllegalStateException.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> row(INT4, "1").as(Runnable.class))
                .withMessageContaining("java.lang.Runnable");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> row(TEXT, "tomorrow").as(OfDate.class))
                .withMessageEndingWith("column \"some_value\": the value does not fit java.time.LocalDate");
    }

    private static void assertFails(int oid, @Nullable String text, Class<?> type) {
        assertThatIllegalArgumentException()
                .as(text + " to " + type.getSimpleName())
                .isThrownBy(() -> row(oid, text).as(type))
                .withMessageStartingWith(
                        "Cannot map a row of public.t onto " + type.getName() + ": column \"some_value\": ")
                .withMessageNotContaining(String.valueOf(text));
    }

    private static Row row(int oid, @Nullable String text) {
        Relation relation = new Relation(
                0, 1, "public", "t", ReplicaIdentity.DEFAULT, List.of(new RelationColumn("some_value", true, oid, -1)));
        Table table = new Table(
                relation, TypeRegistry.builtIn(), new StreamIdentity("test", "1", "db"), new RecurringValues());
        Frames frames = Frames.message('I').int32(1).letter('N');
        frames.columns(1);
        if (text == null) {
            frames.nullColumn();
        } else {
            frames.text(text);
        }
        PgOutputMessage.Insert insert = (PgOutputMessage.Insert) PgOutputDecoder.decode(frames.buffer(), false, 1);
        TransactionSignal.Begin begin = new TransactionSignal.Begin(Lsn.of(1), Instant.EPOCH, 7, null);
        return Event.insert(begin, 0, table, insert.newTuple()).newRecord();
    }
}
