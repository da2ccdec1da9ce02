package io.walex.reactive.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.codec.ColumnCodec;
import io.walex.reactive.codec.TypeRegistry;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecurringValuesTests {

    private static final ColumnCodec TEXT = TypeRegistry.builtIn().codec(25, -1);
    private static final ColumnCodec NUMERIC = TypeRegistry.builtIn().codec(1700, -1);
    private static final ColumnCodec JSON = TypeRegistry.builtIn().codec(114, -1);

    private final RecurringValues values = new RecurringValues();
    private final Recurrence column = new Recurrence();

    @Test
    void givesTheSameObjectForTheSameForm() {
        assertThat(read(TEXT, "open")).isEqualTo("open").isSameAs(read(TEXT, "open"));
    }

    @Test
    void tellsTypesApart() {
        assertThat(read(TEXT, "1.50")).isEqualTo("1.50");
        assertThat(read(NUMERIC, "1.50")).isEqualTo(new BigDecimal("1.50"));
        assertThat(read(TEXT, "1.50")).isEqualTo("1.50");
    }

    @Test
    void tellsFormsApartThatShareAPlace() {
        // More forms than places, twice: each comes back as itself, whatever it met.
        for (int round = 0; round < 2; round++) {
            IntStream.range(0, 10_000)
                    .mapToObj(i -> "form " + i)
                    .forEach(form ->
                            assertThat(read(new Recurrence(), TEXT, form)).isEqualTo(form));
        }
    }

    @Test
    void tellsAFormFromItsBeginning() {
        assertThat(read(TEXT, "open\0")).isEqualTo("open\0");
        assertThat(read(TEXT, "open")).isEqualTo("open");
        assertThat(read(TEXT, "")).isEqualTo("");
    }

    @Test
    void keepsNothingLongAndNothingThatCouldBeChanged() {
        String longForm = "x".repeat(100);
        assertThat(read(TEXT, longForm)).isEqualTo(longForm).isNotSameAs(read(TEXT, longForm));
        assertThat(read(JSON, "{\"a\": 1}")).isNotSameAs(read(JSON, "{\"a\": 1}"));
    }

    @Test
    void looksForNothingInAColumnWhoseValuesAreEverNew() {
        IntStream.range(0, 100).forEach(i -> read(TEXT, "form " + i));

        assertThat(read(TEXT, "open")).isEqualTo("open").isNotSameAs(read(TEXT, "open"));
    }

    @Test
    void noticesThatAColumnsValuesComeAgain() {
        IntStream.range(0, 100).forEach(i -> read(TEXT, "form " + i));
        IntStream.range(0, 2_000).forEach(i -> read(TEXT, "open"));

        assertThat(read(TEXT, "open")).isEqualTo("open").isSameAs(read(TEXT, "open"));
    }

    @Test
    void leavesOtherThreadsAlone() {
        Object mine = read(TEXT, "open");
        Object theirs = CompletableFuture.supplyAsync(() -> read(TEXT, "open")).join();
        assertThat(theirs).isEqualTo(mine).isNotSameAs(mine);
    }

    private Object read(ColumnCodec codec, String form) {
        return read(column, codec, form);
    }

    private Object read(Recurrence column, ColumnCodec codec, String form) {
        byte[] bytes = ("<" + form + ">").getBytes(StandardCharsets.UTF_8);
        return values.fromText(codec, column, bytes, 1, bytes.length - 2);
    }
}
