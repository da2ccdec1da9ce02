package io.walex.reactive.event;

import io.walex.reactive.codec.JsonBytes;
import io.walex.reactive.event.TransactionSignal.Begin;
import org.jspecify.annotations.Nullable;

/**
 * What the JSON of a table's events has in common, written once for all of them. A benign race writes it again: what is
 * shared is behind final fields.
 */
final class TableJson {

    private static final int FIRST_SIZE = 512;

    private final Table table;
    private final byte[][] names;
    private final @Nullable Head[] heads = new Head[EventType.values().length];
    private @Nullable Tail latest;
    private int expectedSize = FIRST_SIZE;

    TableJson(Table table) {
        this.table = table;
        names = table.columns.stream()
                .map(column -> EventJson.name(column.name()))
                .toArray(byte[][]::new);
    }

    private record Head(byte[] json) {}

    private record Tail(Begin transaction, byte[] json) {}

    /** The column's name and its colon. */
    byte[] name(int column) {
        return names[column];
    }

    /** The members that all events of the type begin with. */
    byte[] head(EventType type) {
        Head head = heads[type.ordinal()];
        if (head == null) {
            JsonBytes json = new JsonBytes(FIRST_SIZE);
            EventJson.writeHead(table.relation.name(), type, table.source, json);
            head = new Head(json.toByteArray());
            heads[type.ordinal()] = head;
        }
        return head.json;
    }

    /** The members that all events of the transaction end with. */
    @SuppressWarnings("ReferenceEquality") // its events share the instance
    byte[] transaction(Begin transaction) {
        Tail tail = latest;
        if (tail == null || tail.transaction != transaction) {
            tail = new Tail(transaction, EventJson.transaction(transaction));
            latest = tail;
        }
        return tail.json;
    }

    /** Room enough for an event like the last one. */
    int expectedSize() {
        return expectedSize;
    }

    void wrote(int size) {
        expectedSize = size + size / 8;
    }
}
