package io.walex.reactive.event;

import io.walex.reactive.codec.JsonValues;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * An event as JSON, in WalEx's shape: {@code name}, {@code type}, {@code source}, {@code new_record}, {@code old_record},
 * {@code changes}, {@code timestamp}, {@code lsn}, and {@code xid} and {@code position}.
 *
 * <p>As in WalEx, {@code old_record} is there for deletes only: an update's old values are in {@code changes}. Columns
 * that the row does not hold (an unchanged TOASTed value, all but the key of a deleted row) are left out, so that they
 * cannot be taken for null. LSNs and the position are strings. A logical message has {@code message} with its {@code
 * prefix}, {@code content} (Base64) and {@code transactional}; events of two-phase transactions have their {@code gid}, replicated ones an {@code origin} with
 * its {@code name} and {@code lsn}.
 */
public final class EventJson {

    private static final int USUAL_SIZE = 1024;

    private EventJson() {}

    /** One line of JSON, without the line's end. */
    public static String toJson(Event event) {
        return written(json -> write(event, json)).toString(StandardCharsets.UTF_8);
    }

    /** The same in UTF-8. */
    public static byte[] toJsonBytes(Event event) {
        return written(json -> write(event, json)).toByteArray();
    }

    static String toJson(Source source) {
        return written(json -> writeSource(source, json)).toString(StandardCharsets.UTF_8);
    }

    private static ByteArrayOutputStream written(Consumer<JsonGenerator> content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_SIZE);
        try (JsonGenerator json = JsonValues.generator(bytes)) {
            content.accept(json);
        }
        return bytes;
    }

    /** Writes the event as the generator's next value. The generator must be a Jackson mapper's. */
    public static void write(Event event, JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("name", event.name());
        json.writeStringProperty("type", event.type().jsonName());
        json.writeName("source");
        if (event.table() == null) {
            writeSource(event.source(), json);
        } else {
            json.writeRawValue(event.table().sourceJson());
        }
        writeRow("new_record", (TupleRow) event.newRecord(), json);
        writeRow("old_record", event.type() == EventType.DELETE ? (TupleRow) event.oldRecord() : null, json);
        writeChanges(event.changes(), json);
        if (event.type() == EventType.MESSAGE) {
            writeMessage(event.message(), json);
        }
        String lsn = event.lsn().toString();
        json.writeStringProperty("timestamp", event.timestamp().toString());
        json.writeStringProperty("lsn", lsn);
        json.writeNumberProperty("xid", Integer.toUnsignedLong(event.xid()));
        json.writeStringProperty("position", lsn + ':' + event.ordinal());
        if (event.gid() != null) {
            json.writeStringProperty("gid", event.gid());
        }
        writeOrigin(event.origin(), json);
        json.writeEndObject();
    }

    private static void writeOrigin(@Nullable ReplicationOrigin origin, JsonGenerator json) {
        if (origin != null) {
            Lsn lsn = origin.lsn();
            json.writeObjectPropertyStart("origin");
            json.writeStringProperty("name", origin.name());
            json.writeStringProperty("lsn", lsn == null ? null : lsn.toString());
            json.writeEndObject();
        }
    }

    private static void writeSource(Source source, JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("name", source.name());
        json.writeStringProperty("version", source.version());
        json.writeStringProperty("db", source.db());
        json.writeStringProperty("schema", source.schema());
        json.writeStringProperty("table", source.table());
        json.writeObjectPropertyStart("columns");
        source.columns().forEach(json::writeStringProperty);
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeRow(String property, @Nullable TupleRow row, JsonGenerator json) {
        if (row == null) {
            json.writeNullProperty(property);
            return;
        }
        json.writeObjectPropertyStart(property);
        for (int i = 0; i < row.columnCount(); i++) {
            if (row.has(i)) {
                json.writeName(row.table().names[i]);
                JsonValues.write(row.value(i), json);
            }
        }
        json.writeEndObject();
    }

    private static void writeChanges(Map<String, Change> changes, JsonGenerator json) {
        json.writeObjectPropertyStart("changes");
        changes.forEach((column, change) -> {
            json.writeObjectPropertyStart(column);
            json.writeName("new_value");
            JsonValues.write(change.newValue(), json);
            json.writeName("old_value");
            JsonValues.write(change.oldValue(), json);
            json.writeEndObject();
        });
        json.writeEndObject();
    }

    private static void writeMessage(LogicalMessage message, JsonGenerator json) {
        json.writeObjectPropertyStart("message");
        json.writeStringProperty("prefix", message.prefix());
        json.writeName("content");
        json.writeBinary(message.content());
        json.writeBooleanProperty("transactional", message.transactional());
        json.writeEndObject();
    }
}
