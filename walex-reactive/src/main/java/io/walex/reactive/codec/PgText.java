package io.walex.reactive.codec;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.util.RawValue;

/**
 * Text of a decoded value other than a list or map. PostgreSQL reads it as the same value, but would not always write it
 * so: timestamps have a {@code T} and a {@code Z}, as in ISO 8601.
 */
final class PgText {

    private static final int LAST_FOUR_DIGIT_YEAR = 9999;

    private PgText() {}

    static String of(Object value) {
        if (value instanceof Double number) {
            return ShortestDecimal.of(number.doubleValue());
        } else if (value instanceof Float number) {
            return ShortestDecimal.of(number.floatValue());
        } else if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        } else if (value instanceof RawValue raw) {
            return String.valueOf(raw.rawValue());
        } else if (value instanceof ByteBuffer bytes) {
            return hex(bytes);
        }
        String temporal = temporal(value);
        return temporal != null ? temporal : value.toString();
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return "\\x" + HexFormat.of().formatHex(copy);
    }

    private static @Nullable String temporal(Object value) {
        if (value instanceof LocalDate date) {
            return infinity(date.equals(LocalDate.MAX), date.equals(LocalDate.MIN), date, "");
        } else if (value instanceof LocalTime time) {
            return time(time);
        } else if (value instanceof OffsetTime time) {
            return time(time.toLocalTime()) + time.getOffset();
        } else if (value instanceof LocalDateTime timestamp) {
            boolean positive = timestamp.equals(LocalDateTime.MAX);
            boolean negative = timestamp.equals(LocalDateTime.MIN);
            return infinity(positive, negative, timestamp.toLocalDate(), 'T' + time(timestamp.toLocalTime()));
        } else if (value instanceof OffsetDateTime timestamp) {
            boolean positive = timestamp.equals(OffsetDateTime.MAX);
            boolean negative = timestamp.equals(OffsetDateTime.MIN);
            String time = 'T' + time(timestamp.toLocalTime()) + timestamp.getOffset();
            return infinity(positive, negative, timestamp.toLocalDate(), time);
        }
        return null;
    }

    /** Years from 1 to 9999 are ISO 8601; others are PostgreSQL's, which knows no signs of years. */
    private static String infinity(boolean positive, boolean negative, LocalDate date, String time) {
        if (positive || negative) {
            return positive ? "infinity" : "-infinity";
        }
        int year = date.getYear();
        if (year > 0 && year <= LAST_FOUR_DIGIT_YEAR) {
            return date + time;
        }
        String yearOfEra = "%04d".formatted(year > 0 ? year : 1 - year);
        String monthAndDay = "-%02d-%02d".formatted(date.getMonthValue(), date.getDayOfMonth());
        return yearOfEra + monthAndDay + time + (year > 0 ? "" : " BC");
    }

    private static String time(LocalTime time) {
        if (time.equals(LocalTime.MAX)) {
            return "24:00:00";
        }
        // Java leaves out seconds that are zero.
        boolean withoutSeconds = time.truncatedTo(ChronoUnit.MINUTES).equals(time);
        return withoutSeconds ? time + ":00" : fraction(time);
    }

    private static String fraction(LocalTime time) {
        String text = time.toString();
        if (text.indexOf('.') < 0) {
            return text;
        }
        int end = text.length();
        while (text.charAt(end - 1) == '0') {
            end--;
        }
        return text.substring(0, end);
    }

    static String range(Range<?> range) {
        if (range.isEmpty()) {
            return "empty";
        }
        return (range.lowerInclusive() ? "[" : "(")
                + bound(range.lower())
                + ','
                + bound(range.upper())
                + (range.upperInclusive() ? ']' : ')');
    }

    private static String bound(@Nullable Object value) {
        String text = value == null ? "" : of(value);
        return value == null || !needsQuotes(text) ? text : quoted(text);
    }

    private static boolean needsQuotes(String text) {
        return text.isEmpty()
                || text.chars().anyMatch(c -> Character.isWhitespace(c) || "\"\\{}(),[];".indexOf(c) >= 0);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
