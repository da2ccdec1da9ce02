package io.walex.reactive.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.NumberOutput;

/** Conversions between numeric types, none of which changes the number. */
final class NumberConversions {

    /** More than a {@code numeric} has digits. */
    private static final int MOST_ZEROS = 200_000;

    private NumberConversions() {}

    /** The number as the type; null when it cannot hold it. */
    static @Nullable Number exactly(Number number, Class<?> type) {
        if (number instanceof Float || number instanceof Double) {
            double value = number.doubleValue();
            if (type == Double.class || type == Float.class) {
                return floating(value, type);
            } else if (!Double.isFinite(value)) {
                return null;
            }
        }
        try {
            return decimal(decimal(number), type);
        } catch (ArithmeticException e) {
            return null;
        }
    }

    private static BigDecimal decimal(Number number) {
        if (number instanceof BigDecimal decimal) {
            return decimal;
        } else if (number instanceof BigInteger integer) {
            return new BigDecimal(integer);
        }
        return new BigDecimal(PgText.of(number));
    }

    private static @Nullable Number floating(double value, Class<?> type) {
        if (type == Double.class) {
            return value;
        }
        float narrowed = (float) value;
        return Double.compare(narrowed, value) == 0 ? narrowed : null;
    }

    private static @Nullable Number decimal(BigDecimal decimal, Class<?> type) {
        if (type == BigDecimal.class) {
            return decimal;
        } else if (type == Long.class) {
            return decimal.longValueExact();
        } else if (type == Integer.class) {
            return decimal.intValueExact();
        } else if (type == Short.class) {
            return decimal.shortValueExact();
        } else if (type == Byte.class) {
            return decimal.byteValueExact();
        } else if (type == BigInteger.class) {
            return integer(decimal);
        } else if (type == Double.class) {
            return same(decimal, decimal.doubleValue());
        }
        return type == Float.class ? same(decimal, decimal.floatValue()) : null;
    }

    /** Not of a number that is short in JSON, {@code 1e999999999}, and takes all memory as an integer. */
    private static @Nullable BigInteger integer(BigDecimal decimal) {
        return decimal.scale() < -MOST_ZEROS && decimal.signum() != 0 ? null : decimal.toBigIntegerExact();
    }

    private static @Nullable Number same(BigDecimal decimal, Number number) {
        boolean finite = Double.isFinite(number.doubleValue());
        return finite && (isText(PgText.of(number), decimal) || isText(javaText(number), decimal)) ? number : null;
    }

    /** As the JDK writes it from 19 on. */
    private static String javaText(Number number) {
        return number instanceof Float value
                ? NumberOutput.toString(value, true)
                : NumberOutput.toString(number.doubleValue(), true);
    }

    private static boolean isText(String text, BigDecimal decimal) {
        return new BigDecimal(text).compareTo(decimal) == 0;
    }
}
