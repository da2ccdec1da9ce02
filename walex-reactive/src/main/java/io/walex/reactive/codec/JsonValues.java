package io.walex.reactive.codec;

import io.walex.reactive.pgoutput.Lsn;
import java.io.OutputStream;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.temporal.Temporal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * The JSON of column values. Numbers are numbers, but for NaN, the infinities and 64-bit ids ({@code xid8}, {@code
 * pg_lsn}), which are strings; {@code json} is embedded, lists are arrays, maps are objects. All else is text that
 * PostgreSQL reads as the same value: timestamps in ISO 8601, {@code bytea} as {@code \x0aff}.
 */
public final class JsonValues {

    private JsonValues() {}

    /** Writes a value that a {@link ColumnCodec} gave; one of a type of your own as the generator's mapper writes it. */
    public static void write(@Nullable Object value, JsonGenerator json) {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof String text) {
            json.writeString(text);
        } else if (value instanceof Boolean flag) {
            json.writeBoolean(flag);
        } else if (value instanceof Number number) {
            writeNumber(json, number);
        } else if (value instanceof JsonNode tree) {
            json.writeTree(tree);
        } else if (value instanceof List<?> list) {
            writeList(json, list);
        } else if (value instanceof Map<?, ?> map) {
            writeMap(json, map);
        } else if (isText(value)) {
            json.writeString(PgText.of(value));
        } else {
            json.writePOJO(value);
        }
    }

    /** A generator that can write every value, in UTF-8; the caller closes it. */
    public static JsonGenerator generator(OutputStream target) {
        return JsonCodec.MAPPER.createGenerator(target);
    }

    /** The value's JSON. */
    public static String text(@Nullable Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JsonCodec.MAPPER.createGenerator(text)) {
            write(value, json);
        }
        return text.toString();
    }

    private static void writeNumber(JsonGenerator json, Number number) {
        if (number instanceof BigDecimal decimal) {
            json.writeNumber(decimal.toPlainString());
        } else if (number instanceof Float value && Float.isFinite(value)) {
            json.writeNumber(value);
        } else if (number instanceof Double value && Double.isFinite(value)) {
            json.writeNumber(value);
        } else if (number instanceof Float || number instanceof Double || number instanceof BigInteger) {
            json.writeString(number.toString());
        } else {
            json.writeNumber(number.longValue());
        }
    }

    private static void writeList(JsonGenerator json, List<?> list) {
        json.writeStartArray();
        for (Object element : list) {
            write(element, json);
        }
        json.writeEndArray();
    }

    private static void writeMap(JsonGenerator json, Map<?, ?> map) {
        json.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            json.writeName(String.valueOf(entry.getKey()));
            write(entry.getValue(), json);
        }
        json.writeEndObject();
    }

    private static boolean isText(Object value) {
        return value instanceof Temporal
                || value instanceof UUID
                || value instanceof ByteBuffer
                || value instanceof Lsn
                || value instanceof Interval
                || value instanceof Range
                || value instanceof Geometric
                || value instanceof Inet
                || value instanceof Cidr;
    }
}
