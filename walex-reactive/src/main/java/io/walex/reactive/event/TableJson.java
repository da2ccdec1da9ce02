package io.walex.reactive.event;

import io.walex.reactive.codec.JsonBytes;
import io.walex.reactive.event.TransactionSignal.Begin;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the JSON of a table's events has in common, written once for all of them. Benign races: a transaction's text may be
 * written again, and a stale size is only another guess.
 */
final class TableJson {

    private static final int FIRST_SIZE = 512;

    /** What is larger grows as it is written: one large value must not make room for the next small one. */
    private static final int LARGEST_EXPECTED = 64 << 10;

    private final Table table;
    private final byte[][] names;
    private final Map<EventType, byte[]> heads = new ConcurrentHashMap<>();
    private @Nullable Tail latest;
    private int expectedSize = FIRST_SIZE;

    TableJson(Table table) {
        this.table = table;
        names = table.columns.stream()
                .map(column -> EventJson.name(column.name()))
                .toArray(byte[][]::new);
    }

    private record Tail(Begin transaction, byte[] json) {}

    /** The column's name and its colon. */
    byte[] name(int column) {
        return names[column];
    }

    /** The members that all events of the type begin with. */
    byte[] head(EventType type) {
        byte[] head = heads.get(type);
        return head == null ? heads.computeIfAbsent(type, this::writeHead) : head;
    }

    private byte[] writeHead(EventType type) {
        JsonBytes json = new JsonBytes(FIRST_SIZE);
        EventJson.writeHead(table.relation.name(), type, table.source, json);
        return json.toByteArray();
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
        int expected = Math.min(size, LARGEST_EXPECTED);
        expectedSize = expected + expected / 8;
    }
}
