package io.walex.reactive.event;

import org.jspecify.annotations.Nullable;

/**
 * What a transaction holds that is no transaction of the server: a part of a snapshot, between two of them. Its events
 * are of the types {@link EventType#READ} and {@link EventType#SNAPSHOT_COMPLETED}.
 *
 * @param snapshot the name of the snapshot or backfill
 * @param schema of the table, as the publication names it
 * @param table the table, as the publication names it
 * @param id tells slices apart within a process; means nothing to another
 * @param fromStart whether these are the first rows of a table that has no key, of which all come without a change between
 *     them: forget what you have of the table before
 * @param progress how far the snapshot is when this slice and those before it are done with: what a store keeps for the
 *     snapshot to be resumed; null where it is no further than before. Whoever stores it in the database transaction that
 *     stores the events' effect has both exactly once
 */
public record SnapshotSlice(
        String snapshot,
        String schema,
        String table,
        long id,
        boolean fromStart,
        @Nullable String progress) {

    /** Which it is, without the progress, which may hold keys of rows. */
    @Override
    public String toString() {
        return "slice %d of snapshot \"%s\" of %s.%s".formatted(id, snapshot, schema, table);
    }
}
