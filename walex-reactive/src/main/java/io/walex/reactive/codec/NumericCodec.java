package io.walex.reactive.codec;

import java.math.BigDecimal;

/**
 * {@code numeric}: a {@code BigDecimal} with the scale that PostgreSQL shows. The values that are no decimals are the
 * {@code Double} constants NaN and the infinities.
 */
final class NumericCodec {

    static final ColumnCodec NUMERIC = new FormsCodec(NumericCodec::text, NumericCodec::binary, DirectJson::decimal);

    private static final int NEGATIVE = 0x4000;
    private static final int NAN = 0xC000;
    private static final int INFINITY = 0xD000;
    private static final int NEGATIVE_INFINITY = 0xF000;

    private static final int BASE = 10_000;
    private static final int BASE_DIGITS = 4;

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
            default -> new BigDecimal(text);
        };
    }

    private static Object binary(byte[] bytes, int offset, int length) {
        BinaryCursor cursor = new BinaryCursor(bytes, offset, length);
        int groups = cursor.int16();
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
        int padded = (groups - weight - 1) * BASE_DIGITS;
        BigDecimal value;
        if (groups * BASE_DIGITS <= Digits.SAFE) {
            long unscaled = 0;
            for (int i = 0; i < groups; i++) {
                unscaled = unscaled * BASE + group(cursor);
            }
            value = BigDecimal.valueOf(unscaled, padded);
        } else {
            value = new BigDecimal(digits(cursor, groups)).scaleByPowerOfTen(-padded);
        }
        try {
            return value.setScale(scale);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("more digits than the scale of a numeric", e);
        }
    }

    private static char[] digits(BinaryCursor cursor, int groups) {
        char[] digits = new char[groups * BASE_DIGITS];
        for (int i = 0; i < groups; i++) {
            int group = group(cursor);
            for (int digit = BASE_DIGITS - 1; digit >= 0; digit--) {
                digits[i * BASE_DIGITS + digit] = (char) ('0' + group % 10);
                group /= 10;
            }
        }
        return digits;
    }

    private static int group(BinaryCursor cursor) {
        int group = cursor.int16();
        if (group < 0 || group >= BASE) {
            throw new IllegalArgumentException("not a digit of a numeric");
        }
        return group;
    }
}
