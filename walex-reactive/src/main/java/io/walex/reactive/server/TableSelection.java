package io.walex.reactive.server;

import java.util.List;

/**
 * Which tables a query looks at: those of these schemas, and those of these names. PostgreSQL compares a table with all at
 * once, so that a thousand names cost no more than one. What comes may be more than was meant, never less.
 *
 * @param all whether it looks at every table, whatever the others say
 */
public record TableSelection(boolean all, List<String> schemas, List<String> tables) {

    /** Every table. */
    public static final TableSelection ALL = new TableSelection(true, List.of(), List.of());

    /** No table. */
    public static final TableSelection NONE = new TableSelection(false, List.of(), List.of());

    public TableSelection {
        schemas = List.copyOf(schemas);
        tables = List.copyOf(tables);
    }

    /** Whether it covers no table. */
    boolean isEmpty() {
        return !all && schemas.isEmpty() && tables.isEmpty();
    }
}
