package io.walex.reactive.codec;

import java.math.BigDecimal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.BigDecimalParser;

/**
 * {@code numeric}: a {@code BigDecimal} with the scale that PostgreSQL shows. The values that are no decimals are the
 * {@code Double} constants NaN and the infinities.
 */
final class NumericCodec {

    static final ColumnCodec NUMERIC =
            new FormsCodec(NumericCodec::text, NumericCodec::binary, DirectJson::decimal, NumericCodec::binaryText);

    private static final int NEGATIVE = 0x4000;
    private static final int NAN = 0xC000;
    private static final int INFINITY = 0xD000;
    private static final int NEGATIVE_INFINITY = 0xF000;

    private static final int BASE = 10_000;
    private static final int BASE_DIGITS = 4;

    /** With more digits the JDK's way takes longer. */
    private static final int LONG = 500;

    private static final String MORE_DIGITS = "more digits than the scale of a numeric";

    private NumericCodec() {}

    private static Object text(byte[] bytes, int offset, int length) {
        int end = offset + length;
        boolean negative = length > 0 && bytes[offset] == '-';
        int from = negative ? offset + 1 : offset;
        if (from == end || length > Digits.SAFE || bytes[from] < '0') {
            return slowFromText(bytes, offset, length);
        }
        long unscaled = 0;
        int scale = 0;
        boolean fraction = false;
        for (int i = from; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit >= 0 && digit <= 9) {
                unscaled = unscaled * 10 + digit;
                scale += fraction ? 1 : 0;
            } else if (bytes[i] == '.' && !fraction) {
                fraction = true;
            } else {
                return slowFromText(bytes, offset, length);
            }
        }
        return BigDecimal.valueOf(negative ? -unscaled : unscaled, scale);
    }

    private static Object slowFromText(byte[] bytes, int offset, int length) {
        String text = Digits.ascii(bytes, offset, length);
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> decimal(text);
        };
    }

    /** The JDK takes time that grows with the square of the length; Jackson divides the text and multiplies. */
    static BigDecimal decimal(String text) {
        try {
            return text.length() <= LONG ? new BigDecimal(text) : BigDecimalParser.parse(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "not a decimal, in %d characters".formatted(text.length())); // without it
        }
    }

    private static Object binary(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        int groups = cursor.int16() & 0xFFFF;
        int weight = cursor.int16();
        int sign = cursor.int16() & 0xFFFF;
        int scale = cursor.int16() & 0xFFFF;
        BinaryCursor.expect(8 + groups * Short.BYTES, length);
        return switch (sign) {
            case NAN -> Double.NaN;
            case INFINITY -> Double.POSITIVE_INFINITY;
            case NEGATIVE_INFINITY -> Double.NEGATIVE_INFINITY;
            case NEGATIVE -> decimal(cursor, groups, weight, scale).negate();
            case 0 -> decimal(cursor, groups, weight, scale);
            default -> throw new IllegalArgumentException("unknown sign of a numeric");
        };
    }

    /** PostgreSQL leaves out groups of zeros at both ends, and pads the last group. */
    private static BigDecimal decimal(BinaryCursor cursor, int groups, int weight, int scale) {
        if (groups * BASE_DIGITS > Digits.SAFE) {
            return decimal(digits(cursor, groups, weight, scale));
        }
        long unscaled = 0;
        for (int i = 0; i < groups; i++) {
            unscaled = unscaled * BASE + group(cursor);
        }
        try {
            return BigDecimal.valueOf(unscaled, (groups - weight - 1) * BASE_DIGITS)
                    .setScale(scale);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(MORE_DIGITS, e);
        }
    }

    private static @Nullable String binaryText(byte[] bytes, int offset, int length) {
        try {
            BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
            int groups = cursor.int16() & 0xFFFF;
            int weight = cursor.int16();
            int sign = cursor.int16() & 0xFFFF;
            int scale = cursor.int16() & 0xFFFF;
            BinaryCursor.expect(8 + groups * Short.BYTES, length);
            return switch (sign) {
                case NAN -> "NaN";
                case INFINITY -> "Infinity";
                case NEGATIVE_INFINITY -> "-Infinity";
                case NEGATIVE -> '-' + digits(cursor, groups, weight, scale);
                case 0 -> digits(cursor, groups, weight, scale);
                default -> null;
            };
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** All digits of the whole part, without zeros before it, and of the scale. */
    private static String digits(BinaryCursor cursor, int groups, int weight, int scale) {
        int whole = Math.max(0, weight + 1) * BASE_DIGITS;
        byte[] digits = new byte[whole + 1 + scale];
        Arrays.fill(digits, (byte) '0');
        digits[whole] = '.';
        for (int i = 0; i < groups; i++) {
            int place = (weight - i) * BASE_DIGITS;
            int group = group(cursor);
            for (int digit = 0; digit < BASE_DIGITS; digit++, group /= 10) {
                // Counted from the point, to the left; what is to the right of it starts at -1.
                int power = place + digit;
                int at = power >= 0 ? whole - 1 - power : whole - power;
                if (at < digits.length) {
                    digits[at] = (byte) ('0' + group % 10);
                } else if (group % 10 != 0) {
                    throw new IllegalArgumentException(MORE_DIGITS);
                }
            }
        }
        int from = 0;
        while (from < whole - 1 && digits[from] == '0') {
            from++;
        }
        String text = Digits.ascii(digits, from, (scale == 0 ? whole : digits.length) - from);
        return whole == 0 ? '0' + text : text;
    }

    private static int group(BinaryCursor cursor) {
        int group = cursor.int16();
        if (group < 0 || group >= BASE) {
            throw new IllegalArgumentException("not a digit of a numeric");
        }
        return group;
    }
}
