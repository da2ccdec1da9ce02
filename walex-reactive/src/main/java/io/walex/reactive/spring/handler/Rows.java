package io.walex.reactive.spring.handler;

import io.walex.reactive.event.Column;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Row;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;

/** What of an event's rows a method is given. */
final class Rows {

    private static final String JSON_PROPERTY = "com.fasterxml.jackson.annotation.JsonProperty";

    private Rows() {}

    /** The new row, or the old one of a delete. */
    static Row of(Event event) {
        Row row = event.type() == EventType.DELETE ? event.oldRecord() : event.newRecord();
        if (row == null) {
            throw new IllegalStateException(event + " has no row");
        }
        return row;
    }

    /** The row that the key was sent in before the change. */
    private static Row keyed(Event event) {
        Row old = event.oldRecord();
        return old == null ? of(event) : old;
    }

    static @Nullable Object column(Event event, String column, Class<?> type) {
        return required(of(event).get(column, type), column, type);
    }

    static @Nullable Object key(Event event, String column, Class<?> type) {
        return required(keyed(event).get(column, type), column, type);
    }

    /** Boxes by themselves, and fails for a null that a primitive cannot hold. */
    private static @Nullable Object required(@Nullable Object value, String column, Class<?> type) {
        if (value == null && type.isPrimitive()) {
            throw new IllegalArgumentException(
                    "column \"%s\" is NULL, which a parameter of type %s cannot hold".formatted(column, type));
        }
        return value;
    }

    static Object payload(Event event, Class<?> type) {
        Row row = of(event);
        if (event.type() == EventType.DELETE && type.isRecord()) {
            requireAll(event, row, type);
        }
        return row.as(type);
    }

    static RowChange<?> change(Event event, Class<?> type) {
        Row before = event.oldRecord();
        Row after = event.newRecord();
        if (before != null
                && after != null
                && before.columns().size() < after.columns().size()) {
            before = null;
        }
        if (before != null && after == null) {
            requireAll(event, before, type);
        }
        return new RowChange<>(before == null ? null : before.as(type), after == null ? null : after.as(type), event);
    }

    /** A record half of which is not there would look like a row that holds NULLs. */
    private static void requireAll(Event event, Row old, Class<?> type) {
        if (!type.isRecord()) {
            return;
        }
        List<String> columns = old.columns().stream().map(Column::name).toList();
        List<String> missing = Arrays.stream(type.getRecordComponents())
                .filter(component -> !isThere(component, columns))
                .map(RecordComponent::getName)
                .toList();
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(
                    "the old row of \"%s\" holds only %s, and %s also has %s; take @Key(\"...\") parameters or a record of those columns, or run: ALTER TABLE %s REPLICA IDENTITY FULL"
                            .formatted(event.name(), columns, type.getSimpleName(), missing, event.name()));
        }
    }

    private static boolean isThere(RecordComponent component, List<String> columns) {
        MergedAnnotation<?> named =
                MergedAnnotations.from(component.getAccessor()).get(JSON_PROPERTY);
        String given = named.isPresent() ? named.getString("value") : "";
        String name = given.isEmpty() ? component.getName() : given;
        return columns.contains(name) || given.isEmpty() && columns.contains(snakeCase(name));
    }

    /** {@code createdAt} to {@code created_at}. */
    static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
