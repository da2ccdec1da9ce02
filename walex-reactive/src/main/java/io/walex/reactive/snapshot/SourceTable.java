package io.walex.reactive.snapshot;

import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import java.util.List;

/**
 * A heap to be read: a table, or a leaf of one that is published as its root.
 *
 * @param oid of the heap
 * @param name of the heap, with its schema, as SQL takes it
 * @param relation exactly as the stream describes the table: the root's oid and name where it is published as that
 * @param published which of the relation's attributes {@code a} are its columns, as SQL: what follows when columns are
 *     added
 * @param key the columns of the key, by their place in the relation and in the key's order; empty without a key
 * @param operators how these columns are compared
 * @param filter which rows are published, as SQL; empty for all
 * @param binary which of the columns the stream sends in binary form
 * @param filenode what a rewrite changes
 * @param pages of the heap
 * @param bytes of the heap, with what is stored out of line
 * @param heap whether the rows have pages: not every table access method has them
 */
record SourceTable(
        int oid,
        String name,
        Relation relation,
        String published,
        int[] key,
        List<KeyOperators> operators,
        String filter,
        boolean[] binary,
        long filenode,
        long pages,
        int blockSize,
        long bytes,
        boolean heap) {

    /**
     * How a column of the key is compared: as its index does, which need not be as its type does.
     *
     * @param equal with its schema, as SQL takes it; so are the others
     * @param listable whether an array can hold values: one of arrays would be one of their elements
     */
    record KeyOperators(String equal, String less, String greater, boolean listable) {}

    SourceTable {
        operators = List.copyOf(operators);
    }

    /** Whether updates may leave out columns that did not change. */
    boolean leavesOut() {
        return relation.replicaIdentity() != ReplicaIdentity.FULL;
    }

    boolean hasKey() {
        return key.length > 0;
    }

    /** As people call the table. */
    String title() {
        return relation.schema() + "." + relation.name();
    }
}
