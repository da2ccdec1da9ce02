package io.walex.reactive.event;

import java.util.function.Predicate;

/**
 * Names tables: {@code "todo"} (in any schema), {@code "public.todo"}, {@code "public.*"} or {@code "*"}. Names are
 * compared as PostgreSQL stores them, so case counts.
 *
 * @param schema null for any
 * @param table null for any
 */
public record TablePattern(
        @org.jspecify.annotations.Nullable String schema,
        @org.jspecify.annotations.Nullable String table) {

    private static final String ANY = "*";

    /**
     * Parses a pattern. The first dot separates schema and table.
     *
     * @throws IllegalArgumentException when a part is empty or blank
     */
    public static TablePattern parse(String pattern) {
        int dot = pattern.indexOf('.');
        String schema = dot < 0 ? ANY : pattern.substring(0, dot);
        String table = pattern.substring(dot + 1);
        if (schema.isBlank() || table.isBlank()) {
            throw new IllegalArgumentException("\"" + pattern
                    + "\" does not name a table; expected \"table\", \"schema.table\", \"schema.*\" or \"*\"");
        }
        return new TablePattern(schema.equals(ANY) ? null : schema, table.equals(ANY) ? null : table);
    }

    /** Whether the pattern covers the table. */
    public boolean matches(String schemaName, String tableName) {
        return (schema == null || schema.equals(schemaName)) && (table == null || table.equals(tableName));
    }

    /** The pattern as a filter on events; logical messages, which have no table, pass only {@code "*"}. */
    public Predicate<Event> asPredicate() {
        return event -> matches(event.source().schema(), event.source().table());
    }

    @Override
    public String toString() {
        return schema == null ? (table == null ? ANY : table) : schema + "." + (table == null ? ANY : table);
    }
}
