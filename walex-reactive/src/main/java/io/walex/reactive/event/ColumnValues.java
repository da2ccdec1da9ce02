package io.walex.reactive.event;

import java.math.BigDecimal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Compares columns with values that a user wrote down, who may not know the column's Java type. */
final class ColumnValues {

    private ColumnValues() {}

    /**
     * Whether the column holds the value: of the same type, a number of any type, or the text that PostgreSQL would show.
     * Unknown when the row does not hold the column.
     */
    static Truth matches(Row row, String column, @Nullable Object expected) {
        if (row.isNull(column)) {
            return Truth.of(expected == null);
        }
        if (!row.has(column)) {
            return Truth.UNKNOWN;
        }
        Object value = row.get(column);
        return Truth.of(value != null && expected != null && equal(value, expected, row, column));
    }

    private static boolean equal(Object value, Object expected, Row row, String column) {
        if (value.equals(expected)) {
            return true;
        }
        if (value instanceof Number number && expected instanceof Number other) {
            return equal(number, other);
        }
        if (value instanceof byte[] bytes && expected instanceof byte[] other) {
            return Arrays.equals(bytes, other);
        }
        boolean textual = expected instanceof CharSequence || expected instanceof Enum<?>;
        return textual && expected.toString().equals(row.getText(column));
    }

    private static boolean equal(Number value, Number expected) {
        try {
            return new BigDecimal(value.toString()).compareTo(new BigDecimal(expected.toString())) == 0;
        } catch (NumberFormatException notFinite) {
            return value.toString().equals(expected.toString());
        }
    }
}
