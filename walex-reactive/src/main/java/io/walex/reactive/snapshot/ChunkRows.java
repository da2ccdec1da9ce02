package io.walex.reactive.snapshot;

import io.walex.reactive.pgoutput.Relation;

/**
 * What was read of a table in one transaction.
 *
 * @param visibility which transactions the rows show
 * @param filenode as it was under the lock
 * @param relation as it was under the lock; where it is not the table's, the rows are of no use
 */
record ChunkRows(Visibility visibility, long filenode, Relation relation, RowBuffer rows) {}
