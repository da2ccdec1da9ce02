package io.walex.reactive.codec;

import java.nio.charset.StandardCharsets;

/** Numbers in ASCII, read without a {@code String} where that is exact. */
final class Digits {

    /** With so many digits a number fits a long. */
    static final int SAFE = 18;

    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };

    private static final long EXACT_MANTISSA = 1L << 53;

    private Digits() {}

    static long integer(byte[] bytes, int offset, int length, long minimum, long maximum) {
        boolean negative = length > 0 && bytes[offset] == '-';
        int from = negative ? offset + 1 : offset;
        int end = offset + length;
        if (from == end || end - from > 19) {
            throw notANumber(bytes, offset, length);
        }
        // Negative numbers reach one further than positive ones; 19 digits overflow at most to the other sign.
        long value = 0;
        for (int i = from; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                throw notANumber(bytes, offset, length);
            }
            value = value * 10 - digit;
        }
        if (value > 0 || !negative && value == Long.MIN_VALUE) {
            throw notANumber(bytes, offset, length);
        }
        long signed = negative ? value : -value;
        if (signed < minimum || signed > maximum) {
            throw notANumber(bytes, offset, length);
        }
        return signed;
    }

    /** Exact when mantissa and power of ten both are doubles, which a division rounds once; else the JDK's way. */
    static double float8(byte[] bytes, int offset, int length) {
        int end = offset + length;
        boolean negative = length > 0 && bytes[offset] == '-';
        int from = negative ? offset + 1 : offset;
        long mantissa = 0;
        int point = -1;
        // What starts otherwise, blanks or a bare point, is for the slow way to judge.
        if (from == end || length > SAFE || bytes[from] < '0' || bytes[from] > '9') {
            return slowFloat8(bytes, offset, length);
        }
        for (int i = from; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit >= 0 && digit <= 9) {
                mantissa = mantissa * 10 + digit;
            } else if (bytes[i] == '.' && point < 0) {
                point = i;
            } else {
                return slowFloat8(bytes, offset, length);
            }
        }
        if (mantissa > EXACT_MANTISSA) {
            return slowFloat8(bytes, offset, length);
        }
        double value = point < 0 ? mantissa : mantissa / POWERS[end - point - 1];
        return negative ? -value : value;
    }

    /** Only whole numbers take the short way: through a double, fractions could be rounded twice. */
    static float float4(byte[] bytes, int offset, int length) {
        if (length > 0 && length <= 7) {
            boolean negative = bytes[offset] == '-';
            int value = 0;
            int from = negative ? offset + 1 : offset;
            int end = offset + length;
            int i = from;
            while (i < end && bytes[i] >= '0' && bytes[i] <= '9') {
                value = value * 10 + bytes[i++] - '0';
            }
            if (i == end && from < end) {
                return negative ? -(float) value : value;
            }
        }
        return Float.parseFloat(javaNumber(bytes, offset, length));
    }

    private static double slowFloat8(byte[] bytes, int offset, int length) {
        return Double.parseDouble(javaNumber(bytes, offset, length));
    }

    /** The JDK also takes hexadecimal, suffixes and blanks; PostgreSQL sends none. */
    private static String javaNumber(byte[] bytes, int offset, int length) {
        String text = ascii(bytes, offset, length);
        char last = text.isEmpty() ? ' ' : text.charAt(length - 1);
        boolean ends = last >= '0' && last <= '9' || text.equals("NaN") || text.endsWith("Infinity");
        if (!ends || text.charAt(0) <= ' ' || text.indexOf('x') >= 0) {
            throw notANumber(bytes, offset, length);
        }
        return text;
    }

    static String ascii(byte[] bytes, int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }

    static IllegalArgumentException notANumber(byte[] bytes, int offset, int length) {
        return new IllegalArgumentException("not a number of the type, in %d bytes".formatted(length));
    }
}
