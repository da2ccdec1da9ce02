package io.walex.reactive.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Conversions between numeric types, none of which changes the number. */
final class NumberConversions {

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
            return decimal(new BigDecimal(number.toString()), type);
        } catch (ArithmeticException e) {
            return null;
        }
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
            return decimal.toBigIntegerExact();
        } else if (type == Double.class) {
            return same(decimal, decimal.doubleValue());
        }
        return type == Float.class ? same(decimal, decimal.floatValue()) : null;
    }

    private static @Nullable Number same(BigDecimal decimal, Number number) {
        boolean finite = Double.isFinite(number.doubleValue());
        return finite && new BigDecimal(number.toString()).compareTo(decimal) == 0 ? number : null;
    }
}
