package io.walex.reactive.codec;

import java.time.Duration;
import java.time.Period;
import java.time.temporal.ChronoUnit;

/**
 * PostgreSQL's {@code interval}: three numbers that do not add up to one, because months and days have no fixed length.
 * Equal when all three are, which is stricter than PostgreSQL's {@code =} ({@code 1 mon} against {@code 30 days}).
 *
 * @param months may differ in sign from the others
 * @param days likewise
 * @param micros the rest, in microseconds
 */
public record Interval(int months, int days, long micros) {

    /** {@code infinity}, from PostgreSQL 17 on. */
    public static final Interval INFINITY = new Interval(Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);

    /** {@code -infinity}. */
    public static final Interval NEGATIVE_INFINITY = new Interval(Integer.MIN_VALUE, Integer.MIN_VALUE, Long.MIN_VALUE);

    private static final int MONTHS_PER_YEAR = 12;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
    private static final long MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE;

    /**
     * Parses what {@code IntervalStyle} {@code postgres} or {@code iso_8601} shows.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static Interval parse(String text) {
        return IntervalParser.parse(text);
    }

    public boolean isFinite() {
        return !equals(INFINITY) && !equals(NEGATIVE_INFINITY);
    }

    /** The months and days; years apart. */
    public Period period() {
        return Period.of(months / MONTHS_PER_YEAR, months % MONTHS_PER_YEAR, days);
    }

    /** What is neither months nor days. */
    public Duration duration() {
        return Duration.of(micros, ChronoUnit.MICROS);
    }

    /** ISO 8601 ({@code P1Y2M3DT4H5M6.789S}), which PostgreSQL reads, or {@code infinity}. */
    @Override
    public String toString() {
        if (!isFinite()) {
            return months > 0 ? "infinity" : "-infinity";
        }
        StringBuilder text = new StringBuilder("P");
        append(text, months / MONTHS_PER_YEAR, 'Y');
        append(text, months % MONTHS_PER_YEAR, 'M');
        append(text, days, 'D');
        if (micros != 0 || text.length() == 1) {
            text.append('T');
            append(text, micros / MICROS_PER_HOUR, 'H');
            append(text, micros / MICROS_PER_MINUTE % 60, 'M');
            appendSeconds(text);
        }
        return text.toString();
    }

    private static void append(StringBuilder text, long amount, char unit) {
        if (amount != 0) {
            text.append(amount).append(unit);
        }
    }

    private void appendSeconds(StringBuilder text) {
        long rest = micros % MICROS_PER_MINUTE;
        if (rest == 0 && micros != 0) {
            return;
        }
        text.append(rest < 0 ? "-" : "").append(Math.abs(rest / MICROS_PER_SECOND));
        long fraction = Math.abs(rest % MICROS_PER_SECOND);
        if (fraction != 0) {
            String digits = Long.toString(MICROS_PER_SECOND + fraction).substring(1);
            text.append('.').append(digits.replaceAll("0+$", ""));
        }
        text.append('S');
    }
}
