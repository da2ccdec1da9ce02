package io.walex.reactive.event;

import io.walex.reactive.codec.JsonBytes;
import io.walex.reactive.codec.JsonValues;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/**
 * An event as JSON, in WalEx's shape: {@code name}, {@code type}, {@code source}, {@code new_record}, {@code
 * old_record}, {@code changes}, {@code timestamp}, {@code lsn}, and {@code xid} and {@code position}.
 *
 * <ul>
 *   <li>As in WalEx, {@code old_record} is there for deletes only. An update's old values are in {@code changes}.
 *   <li>Columns that the row does not hold are left out, so that they cannot be taken for null. Examples: an unchanged
 *       TOASTed value, all but the key of a deleted row.
 *   <li>LSNs and the position are strings.
 *   <li>A logical message has {@code message} with its {@code prefix}, {@code content} (Base64) and {@code
 *       transactional}.
 *   <li>A row of a snapshot or backfill ({@code "type":"read"}) looks as an insert does. Its {@code timestamp} is when it
 *       was read, its {@code xid} is 0, and its {@code lsn} is that of the transaction before it.
 *   <li>The end of a table's snapshot ({@code "type":"snapshot_completed"}) has {@code snapshot} with its {@code name},
 *       {@code rows}, {@code bytes} and {@code attempt}, and no record.
 *   <li>Events of two-phase transactions have their {@code gid}.
 *   <li>Events of replicated transactions have an {@code origin} with its {@code name} and {@code lsn}.
 * </ul>
 */
public final class EventJson {

    private static final byte[] NEW_RECORD = name("new_record");
    private static final byte[] OLD_RECORD = name("old_record");
    private static final byte[] CHANGES = name("changes");
    private static final byte[] NEW_VALUE = name("new_value");
    private static final byte[] OLD_VALUE = name("old_value");

    /** Of an event of no table. */
    private static final int USUAL_SIZE = 512;

    private EventJson() {}

    /** A member's name and its colon. */
    static byte[] name(String name) {
        JsonBytes json = new JsonBytes(name.length() + 3);
        json.name(name);
        return json.toByteArray();
    }

    /** One line of JSON, without the line's end. */
    public static String toJson(Event event) {
        return written(event, new JsonBytes(expectedSize(event))).toString();
    }

    /** The same in UTF-8. */
    public static byte[] toJsonBytes(Event event) {
        return written(event, new JsonBytes(expectedSize(event))).toByteArray();
    }

    /**
     * Writes the event as the generator's next value, raw. The generator must be one of JSON; its escapes and
     * formatting do not apply. Values of types of your own are written as its mapper writes them.
     */
    public static void write(Event event, JsonGenerator json) {
        ObjectWriteContext context = json.objectWriteContext();
        JsonBytes bytes = new JsonBytes(expectedSize(event), value -> valueBytes(value, context));
        json.writeRawValue(written(event, bytes).toString());
    }

    private static byte[] valueBytes(Object value, ObjectWriteContext context) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = context.createGenerator(bytes)) {
            context.writeValue(json, value);
        }
        return bytes.toByteArray();
    }

    private static int expectedSize(Event event) {
        return event.table() == null ? USUAL_SIZE : event.table().json().expectedSize();
    }

    private static JsonBytes written(Event event, JsonBytes json) {
        Table table = event.table();
        json.startObject();
        if (table == null) {
            writeHead(event.name(), event.type(), event.source(), json);
        } else {
            json.raw(table.json().head(event.type()));
        }
        writeRow(NEW_RECORD, (TupleRow) event.newRecord(), json);
        writeRow(OLD_RECORD, event.type() == EventType.DELETE ? (TupleRow) event.oldRecord() : null, json);
        writeChanges(event, json);
        if (event.type() == EventType.MESSAGE) {
            writeMessage(event.message(), json);
        } else if (event.type() == EventType.SNAPSHOT_COMPLETED) {
            writeSnapshot(event.snapshotSummary(), json);
        }
        json.raw(table == null ? transaction(event.transaction()) : table.json().transaction(event.transaction()));
        json.closeString(event.ordinal());
        String gid = event.gid();
        if (gid != null) {
            json.name("gid");
            json.string(gid);
        }
        writeOrigin(event.origin(), json);
        json.endObject();
        if (table != null) {
            table.json().wrote(json.size());
        }
        return json;
    }

    static void writeHead(String name, EventType type, Source source, JsonBytes json) {
        json.name("name");
        json.string(name);
        json.name("type");
        json.string(type.jsonName());
        json.name("source");
        json.startObject();
        json.name("name");
        json.string(source.name());
        json.name("version");
        json.string(source.version());
        json.name("db");
        json.string(source.db());
        json.name("schema");
        json.string(source.schema());
        json.name("table");
        JsonValues.write(source.table(), json);
        json.name("columns");
        JsonValues.write(source.columns(), json);
        json.endObject();
    }

    /** The members that a transaction's events share, up to the position's colon. */
    static byte[] transaction(TransactionSignal.Begin transaction) {
        String lsn = transaction.commitLsn().toString();
        JsonBytes json = new JsonBytes(USUAL_SIZE);
        json.name("timestamp");
        json.string(transaction.commitTimestamp().toString());
        json.name("lsn");
        json.string(lsn);
        json.name("xid");
        json.number(Integer.toUnsignedLong(transaction.xid()));
        json.name("position");
        json.startString(lsn + ':');
        return json.toByteArray();
    }

    private static void writeOrigin(@Nullable ReplicationOrigin origin, JsonBytes json) {
        if (origin != null) {
            Lsn lsn = origin.lsn();
            json.name("origin");
            json.startObject();
            json.name("name");
            json.string(origin.name());
            json.name("lsn");
            JsonValues.write(lsn, json);
            json.endObject();
        }
    }

    private static void writeRow(byte[] name, @Nullable TupleRow row, JsonBytes json) {
        json.raw(name);
        if (row == null) {
            json.nothing();
            return;
        }
        TableJson table = row.table().json();
        json.startObject();
        for (int i = 0; i < row.columnCount(); i++) {
            if (row.has(i)) {
                json.raw(table.name(i));
                row.writeJson(i, json);
            }
        }
        json.endObject();
    }

    private static void writeChanges(Event event, JsonBytes json) {
        json.raw(CHANGES);
        json.startObject();
        event.forEachChange((column, after, before) -> {
            json.raw(after.table().json().name(column));
            json.startObject();
            json.raw(NEW_VALUE);
            after.writeJson(column, json);
            json.raw(OLD_VALUE);
            before.writeJson(column, json);
            json.endObject();
        });
        json.endObject();
    }

    private static void writeMessage(LogicalMessage message, JsonBytes json) {
        json.name("message");
        json.startObject();
        json.name("prefix");
        json.string(message.prefix());
        json.name("content");
        json.string(Base64.getEncoder().encodeToString(message.content()));
        json.name("transactional");
        json.bool(message.transactional());
        json.endObject();
    }

    private static void writeSnapshot(SnapshotSummary summary, JsonBytes json) {
        json.name("snapshot");
        json.startObject();
        json.name("name");
        json.string(summary.snapshot());
        json.name("rows");
        json.number(summary.rows());
        json.name("bytes");
        json.number(summary.bytes());
        json.name("attempt");
        json.number(summary.attempt());
        json.endObject();
    }
}
