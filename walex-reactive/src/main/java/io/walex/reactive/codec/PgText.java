package io.walex.reactive.codec;

import io.r2dbc.postgresql.codec.Box;
import io.r2dbc.postgresql.codec.Circle;
import io.r2dbc.postgresql.codec.Line;
import io.r2dbc.postgresql.codec.Lseg;
import io.r2dbc.postgresql.codec.Path;
import io.r2dbc.postgresql.codec.Point;
import io.r2dbc.postgresql.codec.Polygon;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Text of a decoded value other than a list or map. PostgreSQL reads it as the same value, but would not always write it
 * so: timestamps are ISO 8601, with a {@code T} and a {@code Z}.
 */
final class PgText {

    private static final String INFINITY = "infinity";
    private static final String NEGATIVE_INFINITY = "-infinity";
    private static final DateTimeFormatter OFFSET = DateTimeFormatter.ofPattern("xxx");

    private PgText() {}

    static String of(Object value) {
        if (value instanceof Double || value instanceof Float) {
            return number(((Number) value).doubleValue(), value.toString());
        } else if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        } else if (value instanceof ByteBuffer bytes) {
            return hex(bytes);
        }
        String temporal = temporal(value);
        return temporal != null ? temporal : geometry(value);
    }

    private static String number(double value, String text) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return text;
        }
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return "\\x" + HexFormat.of().formatHex(copy);
    }

    private static @Nullable String temporal(Object value) {
        if (value instanceof LocalDate date) {
            return infinity(date.equals(LocalDate.MAX), date.equals(LocalDate.MIN), date.toString());
        } else if (value instanceof LocalTime time) {
            return time(time);
        } else if (value instanceof OffsetTime time) {
            return time(time.toLocalTime()) + OFFSET.format(time);
        } else if (value instanceof LocalDateTime timestamp) {
            return infinity(
                    timestamp.equals(LocalDateTime.MAX),
                    timestamp.equals(LocalDateTime.MIN),
                    DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(timestamp));
        } else if (value instanceof OffsetDateTime timestamp) {
            return infinity(
                    timestamp.equals(OffsetDateTime.MAX),
                    timestamp.equals(OffsetDateTime.MIN),
                    DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(timestamp));
        }
        return null;
    }

    private static String infinity(boolean positive, boolean negative, String finite) {
        if (positive) {
            return INFINITY;
        }
        return negative ? NEGATIVE_INFINITY : finite;
    }

    private static String time(LocalTime time) {
        return time.equals(LocalTime.MAX) ? "24:00:00" : DateTimeFormatter.ISO_LOCAL_TIME.format(time);
    }

    private static String geometry(Object value) {
        if (value instanceof Point point) {
            return point(point);
        } else if (value instanceof Line line) {
            return "{" + of(line.getA()) + ',' + of(line.getB()) + ',' + of(line.getC()) + '}';
        } else if (value instanceof Lseg segment) {
            return points(List.of(segment.getP1(), segment.getP2()), "[", "]");
        } else if (value instanceof Box box) {
            return points(List.of(box.getA(), box.getB()), "", "");
        } else if (value instanceof Path path) {
            return path.isOpen() ? points(path.getPoints(), "[", "]") : points(path.getPoints(), "(", ")");
        } else if (value instanceof Polygon polygon) {
            return points(polygon.getPoints(), "(", ")");
        } else if (value instanceof Circle circle) {
            return "<" + point(circle.getCenter()) + ',' + of(circle.getRadius()) + '>';
        }
        return value.toString();
    }

    private static String point(Point point) {
        return "(" + of(point.getX()) + ',' + of(point.getY()) + ')';
    }

    private static String points(List<Point> points, String before, String after) {
        return points.stream().map(PgText::point).collect(Collectors.joining(",", before, after));
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
