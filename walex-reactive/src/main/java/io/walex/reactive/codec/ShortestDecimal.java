package io.walex.reactive.codec;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import tools.jackson.core.io.NumberOutput;

/**
 * Floating-point numbers as PostgreSQL writes them: the shortest decimal that is nearer to the number than to any other,
 * in the notation of {@code float4out} and {@code float8out}.
 *
 * <p>Jackson's Schubfach finds the digits, as the JDK does from 19 on, but under Java's rules. Two of these differ, and
 * such numbers are computed exactly here. Java gives two digits where one would do. And Java takes a decimal that lies
 * halfway between two numbers, which only a reader that rounds to even reads back; PostgreSQL does not.
 */
final class ShortestDecimal {

    /** PostgreSQL writes numbers with more digits before the point with an exponent. */
    private static final int FLOAT8_WHOLE_DIGITS = 15;

    private static final int FLOAT4_WHOLE_DIGITS = 6;

    /** The same for zeros behind the point. */
    private static final int SMALLEST_PLAIN_EXPONENT = -4;

    /** All integers up to it are numbers of the type, so that nothing below lies halfway to the next with few digits. */
    private static final double FLOAT8_INTEGERS = 1L << 53;

    private static final float FLOAT4_INTEGERS = 1 << 24;

    /** A halfway decimal is odd times a power of two, of one bit more than the type has: a larger power of five has more. */
    private static final int FLOAT8_HALFWAY_ZEROS = 23;

    private static final int FLOAT4_HALFWAY_ZEROS = 10;

    /** Smaller numbers are so far apart that one digit may tell them. */
    private static final double FLOAT8_FAR_APART = 1e-320;

    private static final float FLOAT4_FAR_APART = 1e-42f;

    private static final BigDecimal HALF = new BigDecimal("0.5");

    /** Room for all digits of a double, which Java may write with zeros around them. */
    private static final int MOST_DIGITS = 32;

    private final char[] digits = new char[MOST_DIGITS];
    private int count;

    /** Of the first digit. */
    private int exponent;

    private ShortestDecimal() {}

    static String of(double value) {
        if (value == 0 || !Double.isFinite(value)) {
            return special(value);
        }
        double magnitude = Math.abs(value);
        ShortestDecimal decimal = new ShortestDecimal();
        decimal.read(NumberOutput.toString(magnitude, true));
        boolean even = (Double.doubleToRawLongBits(value) & 1) == 0;
        boolean mayBeHalfway = magnitude >= FLOAT8_INTEGERS && even && decimal.endsWithin(FLOAT8_HALFWAY_ZEROS);
        if (mayBeHalfway || magnitude < FLOAT8_FAR_APART) {
            decimal.compute(magnitude, Math.nextDown(magnitude), Math.ulp(magnitude));
        }
        return decimal.text(value < 0, FLOAT8_WHOLE_DIGITS);
    }

    static String of(float value) {
        if (value == 0 || !Float.isFinite(value)) {
            return special(value);
        }
        float magnitude = Math.abs(value);
        ShortestDecimal decimal = new ShortestDecimal();
        decimal.read(NumberOutput.toString(magnitude, true));
        boolean even = (Float.floatToRawIntBits(value) & 1) == 0;
        boolean mayBeHalfway = magnitude >= FLOAT4_INTEGERS && even && decimal.endsWithin(FLOAT4_HALFWAY_ZEROS);
        if (mayBeHalfway || magnitude < FLOAT4_FAR_APART) {
            decimal.compute(magnitude, Math.nextDown(magnitude), Math.ulp(magnitude));
        }
        return decimal.text(value < 0, FLOAT4_WHOLE_DIGITS);
    }

    private static String special(double value) {
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        return Double.toString(value);
    }

    /** Takes the digits and the exponent from Java's text of a positive number. */
    private void read(String text) {
        int point = -1;
        int written = 0;
        exponent = 0;
        count = 0;
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '.') {
                point = written;
            } else if (next == 'E') {
                exponent = Integer.parseInt(text, i + 1, text.length(), 10);
                break;
            } else {
                written++;
                if (count > 0 || next != '0') {
                    digits[count++] = next;
                }
            }
        }
        exponent += (point < 0 ? written : point) - (written - count) - 1;
        while (digits[count - 1] == '0') {
            count--;
        }
    }

    /** Whether it is whole, with at most so many zeros at its end. */
    private boolean endsWithin(int zeros) {
        int atEnd = exponent - count + 1;
        return atEnd >= 0 && atEnd <= zeros;
    }

    /** Finds the shortest decimal nearer to the value than to its neighbours; of those, the nearest to the value. */
    private void compute(double value, double below, double step) {
        BigDecimal exact = new BigDecimal(value);
        BigDecimal low = exact.add(new BigDecimal(below)).multiply(HALF);
        BigDecimal high = exact.add(new BigDecimal(step).multiply(HALF));
        for (int precision = 1; ; precision++) {
            BigDecimal down = exact.round(new MathContext(precision, RoundingMode.DOWN));
            BigDecimal up = exact.round(new MathContext(precision, RoundingMode.UP));
            boolean downFits = down.compareTo(low) > 0;
            boolean upFits = up.compareTo(high) < 0;
            if (downFits && upFits) {
                take(exact.round(new MathContext(precision, RoundingMode.HALF_EVEN)));
                return;
            } else if (downFits || upFits) {
                take(downFits ? down : up);
                return;
            }
        }
    }

    private void take(BigDecimal decimal) {
        String unscaled = decimal.unscaledValue().toString();
        exponent = unscaled.length() - 1 - decimal.scale();
        count = unscaled.length();
        while (unscaled.charAt(count - 1) == '0') {
            count--;
        }
        unscaled.getChars(0, count, digits, 0);
    }

    private String text(boolean negative, int wholeDigits) {
        StringBuilder text = new StringBuilder(MOST_DIGITS);
        if (negative) {
            text.append('-');
        }
        if (exponent < SMALLEST_PLAIN_EXPONENT || exponent >= wholeDigits) {
            scientific(text);
        } else if (exponent < 0) {
            text.append("0.").append("0".repeat(-exponent - 1)).append(digits, 0, count);
        } else if (exponent >= count - 1) {
            text.append(digits, 0, count).append("0".repeat(exponent - count + 1));
        } else {
            text.append(digits, 0, exponent + 1).append('.').append(digits, exponent + 1, count - exponent - 1);
        }
        return text.toString();
    }

    private void scientific(StringBuilder text) {
        text.append(digits[0]);
        if (count > 1) {
            text.append('.').append(digits, 1, count - 1);
        }
        int power = Math.abs(exponent);
        text.append('e')
                .append(exponent < 0 ? '-' : '+')
                .append(power < 10 ? "0" : "")
                .append(power);
    }
}
