package io.walex.reactive.codec;

import io.walex.reactive.testsupport.TestDatabase;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGInterval;

final class JdbcDriver implements Driver {

    /** The others are old classes of java.sql in arrays, or the driver's own. */
    private static final Set<Class<?>> ELEMENTS = Set.of(
            Boolean.class,
            Short.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            BigDecimal.class,
            UUID.class);

    @Override
    public List<List<@Nullable Object>> select(
            TestDatabase database, String sql, List<TypeCase> types, List<List<Object>> known) throws SQLException {
        try (Connection connection = database.jdbc();
                Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            ResultSet rows = statement.executeQuery(sql);
            List<List<@Nullable Object>> selected = new ArrayList<>();
            while (rows.next()) {
                List<Object> like = known.get(selected.size());
                List<@Nullable Object> row = new ArrayList<>();
                for (int column = 0; column < types.size(); column++) {
                    row.add(get(rows, column + 1, types.get(column), like.get(column)));
                }
                selected.add(row);
            }
            return selected;
        }
    }

    private static @Nullable Object get(ResultSet row, int column, TypeCase type, Object like) throws SQLException {
        if (like instanceof List<?> list) {
            return isArray(type, list)
                    ? DriverValues.asReplicated(row.getArray(column).getArray())
                    : null;
        }
        if (!DriverValues.isShared(type, like) || isLeapDayBeforeChrist(like)) {
            return null;
        }
        if (like instanceof String) {
            return row.getString(column);
        }
        if (like instanceof Interval) {
            return interval(row.getObject(column, PGInterval.class));
        }
        return DriverValues.asReplicated(row.getObject(column, DriverValues.classOf(like)));
    }

    private static boolean isArray(TypeCase type, List<?> list) {
        Object element = DriverValues.element(list);
        return type.isArray()
                && element != null
                && DriverValues.isShared(type, element)
                && (element instanceof ByteBuffer || ELEMENTS.contains(element.getClass()));
    }

    /** The driver takes the year for one after Christ, which may have no such day. */
    private static boolean isLeapDayBeforeChrist(Object value) {
        return value instanceof LocalDate date && date.getYear() <= 0 && date.getDayOfYear() == 60 && date.isLeapYear();
    }

    private static Interval interval(PGInterval value) {
        long minutes = value.getHours() * 60L + value.getMinutes();
        return new Interval(
                value.getYears() * 12 + value.getMonths(),
                value.getDays(),
                (minutes * 60 + value.getWholeSeconds()) * 1_000_000 + value.getMicroSeconds());
    }

    @Override
    public String toString() {
        return "pgjdbc";
    }
}
