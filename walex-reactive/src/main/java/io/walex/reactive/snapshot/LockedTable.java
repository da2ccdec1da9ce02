package io.walex.reactive.snapshot;

/** Somebody else has locked the table against readers. The connection can be used again. */
final class LockedTable extends RuntimeException {

    LockedTable(SourceTable table, Throwable cause) {
        super(
                "Table %s is locked against readers; a snapshot reads it when ALTER TABLE, VACUUM FULL or the like is done"
                        .formatted(table.name()),
                cause,
                false,
                false);
    }
}
