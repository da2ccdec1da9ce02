package io.walex.reactive.event;

import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.TupleData;

/** Makes the events of rows that were read from a table, as those of a stream that describes it by the same relation. */
public final class SnapshotTable {

    private final Table table;

    public SnapshotTable(Relation relation, TypeRegistry types, StreamIdentity identity) {
        this.table = new Table(relation, types, identity, new RecurringValues());
    }

    public Relation relation() {
        return table.relation;
    }

    /** A row as it is at this place of the stream. */
    public Event read(TransactionSignal.Begin begin, long ordinal, TupleData row) {
        return Event.read(begin, ordinal, table, row);
    }

    /** All rows that were there have been read. */
    public Event completed(TransactionSignal.Begin begin, long ordinal, SnapshotSummary summary) {
        return Event.snapshotCompleted(begin, ordinal, table, summary);
    }
}
