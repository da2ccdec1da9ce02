package io.walex.reactive.codec;

import java.math.BigDecimal;

/** Reads an interval's text forms, of which every field has a sign of its own. */
final class IntervalParser {

    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
    private static final long MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE;
    private static final int MONTHS_PER_YEAR = 12;

    private int months;
    private int days;
    private long micros;

    private IntervalParser() {}

    static Interval parse(String text) {
        if (text.equals("infinity")) {
            return Interval.INFINITY;
        }
        if (text.equals("-infinity")) {
            return Interval.NEGATIVE_INFINITY;
        }
        try {
            IntervalParser parser = new IntervalParser();
            if (text.startsWith("P")) {
                parser.iso(text);
            } else {
                parser.postgres(text);
            }
            return new Interval(parser.months, parser.days, parser.micros);
        } catch (ArithmeticException | IndexOutOfBoundsException | NumberFormatException e) {
            throw malformed(text, e);
        }
    }

    /** {@code 1 year 2 mons -3 days -04:05:06.789}. */
    private void postgres(String text) {
        String[] words = text.split(" ");
        for (int i = 0; i < words.length; i++) {
            if (words[i].indexOf(':') >= 0) {
                addClock(words[i]);
            } else {
                addUnit(Integer.parseInt(words[i]), words[++i]);
            }
        }
    }

    private void addUnit(int amount, String unit) {
        switch (unit) {
            case "year", "years" -> addMonths(amount, MONTHS_PER_YEAR);
            case "mon", "mons" -> addMonths(amount, 1);
            case "day", "days" -> days = Math.addExact(days, amount);
            default -> throw malformed(unit, null);
        }
    }

    private void addClock(String clock) {
        boolean negative = clock.startsWith("-");
        boolean signed = negative || clock.startsWith("+");
        String[] parts = clock.substring(signed ? 1 : 0).split(":");
        int sign = negative ? -1 : 1;
        addMicros(new BigDecimal(parts[0]), sign * MICROS_PER_HOUR);
        addMicros(new BigDecimal(parts[1]), sign * MICROS_PER_MINUTE);
        addMicros(new BigDecimal(parts[2]), sign * MICROS_PER_SECOND);
    }

    /** {@code P1Y2M-3DT-4H-5M-6.789S}. */
    private void iso(String text) {
        boolean clock = false;
        int from = 1;
        for (int i = 1; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit == 'T') {
                clock = true;
                from = i + 1;
            } else if (unit >= 'A') {
                addIso(text.substring(from, i), unit, clock);
                from = i + 1;
            }
        }
        if (from != text.length() || from == 1) {
            throw malformed(text, null);
        }
    }

    private void addIso(String amount, char unit, boolean clock) {
        if (clock) {
            long unitMicros = switch (unit) {
                case 'H' -> MICROS_PER_HOUR;
                case 'M' -> MICROS_PER_MINUTE;
                case 'S' -> MICROS_PER_SECOND;
                default -> throw malformed(amount + unit, null);
            };
            addMicros(new BigDecimal(amount), unitMicros);
            return;
        }
        switch (unit) {
            case 'Y' -> addMonths(Integer.parseInt(amount), MONTHS_PER_YEAR);
            case 'M' -> addMonths(Integer.parseInt(amount), 1);
            case 'D' -> days = Math.addExact(days, Integer.parseInt(amount));
            default -> throw malformed(amount + unit, null);
        }
    }

    private void addMonths(int amount, int unit) {
        months = Math.addExact(months, Math.multiplyExact(amount, unit));
    }

    private void addMicros(BigDecimal amount, long unit) {
        micros = Math.addExact(micros, amount.multiply(BigDecimal.valueOf(unit)).longValueExact());
    }

    private static IllegalArgumentException malformed(String text, @org.jspecify.annotations.Nullable Throwable cause) {
        return new IllegalArgumentException("\"" + text + "\" is not an interval of style postgres or iso_8601", cause);
    }
}
