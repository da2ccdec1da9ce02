package io.walex.reactive.pgoutput;

import java.util.List;

/**
 * A table as the rows that follow it describe it: message {@code R}. One instance serves all rows until the next
 * relation message for its OID; it is shared, never copied.
 *
 * @param xid the transaction id inside a streamed block, 0 outside
 * @param oid {@code pg_class.oid}
 * @param schema the namespace; never empty ({@code pg_catalog} comes as an empty string on the wire)
 * @param name the table
 * @param replicaIdentity what old rows hold
 * @param columns in the order of the tuples that follow
 */
public record Relation(
        int xid, int oid, String schema, String name, ReplicaIdentity replicaIdentity, List<RelationColumn> columns)
        implements PgOutputMessage {

    public Relation {
        columns = List.copyOf(columns);
    }

    /** Whether both describe the same table in the same way, whichever transactions they came with. */
    public boolean describesAs(Relation other) {
        return oid == other.oid
                && schema.equals(other.schema)
                && name.equals(other.name)
                && replicaIdentity == other.replicaIdentity
                && columns.equals(other.columns);
    }
}
