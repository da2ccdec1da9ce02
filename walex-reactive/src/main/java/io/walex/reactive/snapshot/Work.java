package io.walex.reactive.snapshot;

import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.event.TablePattern;
import java.util.List;

/**
 * What a snapshot or backfill is to read, and how.
 *
 * @param name of the snapshot or backfill
 * @param key of the store
 * @param where SQL; empty for all rows
 * @param whole whether what the stream delivers is followed from its first transaction, so that what an earlier process has
 *     read is still good
 */
record Work(
        String name,
        String key,
        List<String> tables,
        String where,
        SnapshotStore store,
        SnapshotOptions options,
        boolean whole) {

    /** Another one is other work. */
    String spec() {
        return where.isEmpty() ? String.join(", ", tables) : String.join(", ", tables) + " WHERE " + where;
    }

    List<TablePattern> patterns() {
        return tables.stream().map(TablePattern::parse).toList();
    }
}
