package io.walex.reactive.snapshot;

/** The table is gone, and another has its name. The connection can be used again. */
final class ReplacedTable extends RuntimeException {

    ReplacedTable(SourceTable table) {
        super("Table %s has been replaced by another of that name".formatted(table.name()), null, false, false);
    }
}
