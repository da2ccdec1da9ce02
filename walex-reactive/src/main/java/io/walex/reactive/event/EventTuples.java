package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.TupleData;
import org.jspecify.annotations.Nullable;

/** The parts of an event as they came, for who compares rows by their bytes. */
public final class EventTuples {

    private EventTuples() {}

    /** Null for logical messages and outcomes. */
    public static @Nullable Relation relation(Event event) {
        Table table = event.table();
        return table == null ? null : table.relation;
    }

    public static @Nullable TupleData newTuple(Event event) {
        return event.newTuple();
    }

    public static @Nullable TupleData oldTuple(Event event) {
        return event.oldTuple();
    }

    /** Whether the old tuple holds the key only. */
    public static boolean oldIsKey(Event event) {
        return event.oldIsKey();
    }
}
