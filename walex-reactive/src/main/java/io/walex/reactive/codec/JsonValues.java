package io.walex.reactive.codec;

import io.walex.reactive.pgoutput.Lsn;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.temporal.Temporal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The JSON of column values. Numbers are numbers, but for NaN, the infinities and 64-bit ids ({@code xid8}, {@code
 * pg_lsn}), which are strings; {@code json} is embedded, lists are arrays, maps are objects. All else is text that
 * PostgreSQL reads as the same value: timestamps in ISO 8601, {@code bytea} as {@code \x0aff}.
 */
public final class JsonValues {

    private JsonValues() {}

    private static final int USUAL_SIZE = 64;

    /** Writes a value that a {@link ColumnCodec} gave. */
    public static void write(@Nullable Object value, JsonBytes json) {
        if (value == null) {
            json.nothing();
        } else if (value instanceof String text) {
            json.string(text);
        } else if (value instanceof Boolean flag) {
            json.bool(flag);
        } else if (value instanceof Number number) {
            writeNumber(number, json);
        } else if (value instanceof List<?> list) {
            writeList(list, json);
        } else if (value instanceof Map<?, ?> map) {
            writeMap(map, json);
        } else if (isText(value)) {
            json.string(PgText.of(value));
        } else if (value instanceof JsonNode tree) {
            json.raw(JsonCodec.MAPPER.writeValueAsBytes(tree));
        } else {
            json.pojo(value);
        }
    }

    /**
     * Writes a value as {@link #write} does, from its text form and without decoding it.
     *
     * @return whether it has; false, and nothing written, where the value has to be decoded for that
     */
    public static boolean writeText(ColumnCodec codec, byte[] bytes, int offset, int length, JsonBytes json) {
        return codec instanceof FormsCodec forms && forms.json().write(bytes, offset, length, json);
    }

    /**
     * Writes a value as {@link #write} does, from its binary form and without decoding it.
     *
     * @return whether it has; false, and nothing written, where the value has to be decoded for that
     */
    public static boolean writeBinary(ColumnCodec codec, byte[] bytes, int offset, int length, JsonBytes json) {
        String number = binaryText(codec, bytes, offset, length);
        if (number != null) {
            writeNumber(number, json);
        }
        return number != null;
    }

    /** PostgreSQL's text of a value in binary form, without decoding it; null where it has to be decoded for that. */
    public static @Nullable String binaryText(ColumnCodec codec, byte[] bytes, int offset, int length) {
        return codec instanceof FormsCodec forms ? forms.binaryText().read(bytes, offset, length) : null;
    }

    /** The value's JSON. */
    public static String text(@Nullable Object value) {
        JsonBytes json = new JsonBytes(USUAL_SIZE);
        write(value, json);
        return json.toString();
    }

    private static void writeNumber(Number number, JsonBytes json) {
        if (number instanceof BigDecimal decimal) {
            json.ascii(decimal.toPlainString());
        } else if (number instanceof Float || number instanceof Double) {
            writeNumber(PgText.of(number), json);
        } else if (number instanceof BigInteger) {
            json.string(number.toString());
        } else {
            json.number(number.longValue());
        }
    }

    /** PostgreSQL's text of a number, or of what is none: NaN and the infinities. */
    private static void writeNumber(String text, JsonBytes json) {
        char last = text.charAt(text.length() - 1);
        if (last >= '0' && last <= '9') {
            json.ascii(text);
        } else {
            json.string(text);
        }
    }

    private static void writeList(List<?> list, JsonBytes json) {
        json.startArray();
        for (Object element : list) {
            write(element, json);
        }
        json.endArray();
    }

    private static void writeMap(Map<?, ?> map, JsonBytes json) {
        json.startObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            json.name(String.valueOf(entry.getKey()));
            write(entry.getValue(), json);
        }
        json.endObject();
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
