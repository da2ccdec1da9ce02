package io.walex.reactive.event;

import io.walex.reactive.codec.Conversions;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.RelationColumn;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Java values of {@link TestEvents} in the text that PostgreSQL writes for them. */
final class TestValues {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Table table;
    private final TypeRegistry types;

    TestValues(Table table, TypeRegistry types) {
        this.table = table;
        this.types = types;
    }

    /**
     * The value's text, which the column's type can read.
     *
     * @throws IllegalArgumentException when it cannot
     */
    String text(int column, Object value) {
        RelationColumn described = table.relation.columns().get(column);
        String type = types.typeName(described.typeOid());
        try {
            String text = isJson(type) ? json(value) : text(value);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            types.codec(described.typeOid(), described.typeModifier()).fromText(bytes, 0, bytes.length);
            return text;
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException(
                    "Column \"%s\" of %s cannot be %s \"%s\": it is no %s; give another value, or the text that PostgreSQL writes for it"
                            .formatted(
                                    described.name(),
                                    table.qualifiedName(),
                                    value.getClass().getSimpleName(),
                                    value,
                                    type),
                    e);
        }
    }

    private static boolean isJson(String type) {
        return type.equals("json") || type.equals("jsonb");
    }

    private static String json(Object value) {
        return value instanceof String text ? text : JSON.writeValueAsString(value);
    }

    private static String text(Object value) {
        if (value instanceof String || value instanceof Enum) {
            return value.toString();
        } else if (value instanceof Boolean flag) {
            return flag ? "t" : "f";
        } else if (value instanceof byte[] bytes) {
            return Conversions.convert(ByteBuffer.wrap(bytes), String.class);
        } else if (value instanceof List<?> list) {
            return array(list);
        } else if (value.getClass().isArray()) {
            return array(elements(value));
        } else if (value instanceof Map || value instanceof JsonNode) {
            throw new IllegalArgumentException("A map is JSON, and so the value of a json or jsonb column only");
        }
        String moment = moment(value);
        return moment != null ? moment : Conversions.convert(value, String.class);
    }

    /** A session's time zone is UTC. */
    private static @Nullable String moment(Object value) {
        if (value instanceof LocalDateTime local) {
            return timestamp(local);
        } else if (value instanceof Instant instant) {
            return inUtc(instant.atOffset(ZoneOffset.UTC));
        } else if (value instanceof ZonedDateTime zoned) {
            return inUtc(zoned.toOffsetDateTime());
        } else if (value instanceof OffsetDateTime time) {
            return inUtc(time);
        }
        return null;
    }

    private static String inUtc(OffsetDateTime time) {
        if (time.equals(OffsetDateTime.MAX) || time.equals(OffsetDateTime.MIN)) {
            return Conversions.convert(time, String.class);
        }
        String text = timestamp(time.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime());
        return text.endsWith(" BC") ? text.substring(0, text.length() - 3) + "+00 BC" : text + "+00";
    }

    private static String timestamp(LocalDateTime local) {
        return Conversions.convert(local, String.class).replace('T', ' ');
    }

    private static List<@Nullable Object> elements(Object array) {
        List<@Nullable Object> elements = new ArrayList<>();
        for (int i = 0; i < Array.getLength(array); i++) {
            elements.add(Array.get(array, i));
        }
        return elements;
    }

    private static String array(List<?> elements) {
        return elements.stream().map(TestValues::element).collect(Collectors.joining(",", "{", "}"));
    }

    private static String element(@Nullable Object element) {
        if (element == null) {
            return "NULL";
        }
        String text = text(element);
        boolean nested = element instanceof List || element.getClass().isArray() && !(element instanceof byte[]);
        return nested || isPlain(text) ? text : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static boolean isPlain(String text) {
        return !text.isEmpty()
                && !text.equalsIgnoreCase("NULL")
                && text.chars().noneMatch(c -> Character.isWhitespace(c) || "{}\",\\".indexOf(c) >= 0);
    }
}
