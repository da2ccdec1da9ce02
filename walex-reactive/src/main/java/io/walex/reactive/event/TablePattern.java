package io.walex.reactive.event;

import java.util.function.Predicate;

/**
 * Names tables: {@code "todo"} (in any schema), {@code "public.todo"}, {@code "public.*"} or {@code "*"}. Names are
 * compared as PostgreSQL stores them, so case counts, with and without quotes.
 *
 * <p>A name that begins with a double quote is quoted as in SQL. It must be quoted when it has a dot, is an asterisk,
 * or itself begins with a double quote. Examples: {@code "\"my.schema\".todo"} is table {@code todo} of schema {@code
 * my.schema}, and {@code "\"my \"\"own\"\" list\""} is table {@code my "own" list}.
 *
 * @param schema null for any
 * @param table null for any
 */
public record TablePattern(
        @org.jspecify.annotations.Nullable String schema,
        @org.jspecify.annotations.Nullable String table) {

    private static final String ANY = "*";
    private static final char QUOTE = '"';

    /**
     * Parses a pattern. The first dot that is not in quotes separates schema and table.
     *
     * @throws IllegalArgumentException when a part is empty or blank, or wrongly quoted
     */
    public static TablePattern parse(String pattern) {
        int dot = isQuoted(pattern) ? endOfQuoted(pattern) : pattern.indexOf('.');
        if (dot < 0) {
            return new TablePattern(null, part(pattern, pattern));
        }
        return new TablePattern(part(pattern.substring(0, dot), pattern), part(pattern.substring(dot + 1), pattern));
    }

    /** The index of the dot behind a quoted name, or -1. */
    private static int endOfQuoted(String pattern) {
        boolean quoted = false;
        for (int i = 0; i < pattern.length(); i++) {
            if (pattern.charAt(i) == QUOTE) {
                quoted = !quoted;
            } else if (pattern.charAt(i) == '.' && !quoted) {
                return i;
            }
        }
        return -1;
    }

    private static @org.jspecify.annotations.Nullable String part(String text, String pattern) {
        if (isQuoted(text)) {
            return unquoted(text, pattern);
        }
        if (text.isBlank()) {
            throw nameless(pattern);
        }
        return text.equals(ANY) ? null : text;
    }

    private static boolean isQuoted(String text) {
        return !text.isEmpty() && text.charAt(0) == QUOTE;
    }

    private static String unquoted(String text, String pattern) {
        boolean closed = text.length() > 1 && text.charAt(text.length() - 1) == QUOTE;
        String inner = closed ? text.substring(1, text.length() - 1) : text;
        if (inner.replace("\"\"", "").indexOf(QUOTE) >= 0) {
            throw new IllegalArgumentException(
                    pattern
                            + " is not quoted as in SQL; a name that begins with a double quote ends with one, and those within it are doubled");
        }
        if (inner.isEmpty()) {
            throw nameless(pattern);
        }
        return inner.replace("\"\"", "\"");
    }

    private static IllegalArgumentException nameless(String pattern) {
        return new IllegalArgumentException("\"" + pattern
                + "\" does not name a table; expected \"table\", \"schema.table\", \"schema.*\" or \"*\"");
    }

    /** Whether the pattern covers the table. */
    public boolean matches(String schemaName, String tableName) {
        return (schema == null || schema.equals(schemaName)) && (table == null || table.equals(tableName));
    }

    /** The pattern as a filter on events; logical messages, which have no table, pass only {@code "*"}. */
    public Predicate<Event> asPredicate() {
        return event -> matches(event.source().schema(), event.source().table());
    }

    /** As {@link #parse} takes it, with quotes only where they must be. */
    @Override
    public String toString() {
        if (schema == null) {
            return table == null ? ANY : written(table);
        }
        return written(schema) + "." + (table == null ? ANY : written(table));
    }

    private static String written(String name) {
        boolean plain = name.indexOf('.') < 0 && name.indexOf(QUOTE) < 0 && !name.equals(ANY) && !name.isBlank();
        return plain ? name : QUOTE + name.replace("\"", "\"\"") + QUOTE;
    }
}
