package io.walex.reactive.codec;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The values that both replication and an ordinary driver give, each in its own class. */
final class DriverValues {

    private static final Set<Class<?>> SHARED = Set.of(
            Boolean.class,
            Short.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            BigDecimal.class,
            String.class,
            UUID.class,
            LocalDate.class,
            LocalTime.class,
            OffsetTime.class,
            LocalDateTime.class,
            OffsetDateTime.class);

    /** Types that drivers know as text only. */
    private static final Set<String> TEXT_ONLY = Set.of("xid", "cid", "money", "positive[]");

    private DriverValues() {}

    /** Whether drivers have such values; the rest of what they read wrong or not at all is said here. */
    static boolean isShared(TypeCase type, Object value) {
        if (TEXT_ONLY.contains(type.type()) || TEXT_ONLY.contains(type.elementType())) {
            return false;
        }
        if (value instanceof Interval interval) {
            // No infinity, and hours in an int.
            return interval.isFinite() && Math.abs(interval.micros() / 3_600_000_000L) <= Integer.MAX_VALUE;
        }
        if (value instanceof OffsetTime time) {
            // 24:00 loses its offset.
            return !time.toLocalTime().equals(LocalTime.MAX);
        }
        if (value instanceof Double) {
            // Of numeric these are NaN and the infinities, which a BigDecimal cannot be.
            return type.elementType().startsWith("float");
        }
        return value instanceof ByteBuffer || SHARED.contains(value.getClass());
    }

    static Class<?> classOf(Object value) {
        return value instanceof ByteBuffer ? byte[].class : value.getClass();
    }

    /** The innermost first element of nested lists that is not null; null where there is none. */
    static @Nullable Object element(List<?> list) {
        Object first = list.stream().filter(Objects::nonNull).findFirst().orElse(null);
        return first instanceof List<?> inner ? element(inner) : first;
    }

    /** The same value as replication gives it. */
    static @Nullable Object asReplicated(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return ByteBuffer.wrap(bytes);
        }
        if (value instanceof Object[] array) {
            return Arrays.stream(array).map(DriverValues::asReplicated).collect(Collectors.toList());
        }
        return value;
    }
}
