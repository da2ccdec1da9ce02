package io.walex.reactive.event;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The tables whose changes can come.
 *
 * @param publications the publications' names
 * @param tables the tables in them, of all together
 */
public record PublishedTables(List<String> publications, List<Entry> tables) {

    private static final int LISTED = 10;

    public PublishedTables {
        publications = List.copyOf(publications);
        tables = List.copyOf(tables);
    }

    /**
     * A table.
     *
     * @param columns those that are published
     */
    public record Entry(String schema, String table, List<String> columns) {

        public Entry {
            columns = List.copyOf(columns);
        }

        /** The table's name in full, as {@link TablePattern#parse} takes it. */
        @Override
        public String toString() {
            return new TablePattern(schema, table).toString();
        }
    }

    /** Says what is wrong with a pattern that covers none of the tables: {@code "user" is not in publication "events"; it
     * has "users"}. Empty when it covers one. */
    public Optional<String> missing(TablePattern pattern) {
        boolean any = pattern.schema() == null && pattern.table() == null;
        if (any || covered(pattern).findAny().isPresent()) {
            return Optional.empty();
        }
        return Optional.of("\"%s\" is not in publication \"%s\"; %s"
                .formatted(pattern, String.join("\", \"", publications), instead(pattern)));
    }

    /** Whether a table that the pattern covers is also covered by one of the others. */
    public boolean anyMatch(TablePattern pattern, List<TablePattern> others) {
        return covered(pattern)
                .anyMatch(entry -> others.stream().anyMatch(other -> other.matches(entry.schema, entry.table)));
    }

    /** The tables that the pattern covers. */
    Stream<Entry> covered(TablePattern pattern) {
        return tables.stream().filter(entry -> pattern.matches(entry.schema, entry.table));
    }

    private String instead(TablePattern pattern) {
        String wanted = pattern.table();
        Optional<Entry> near = wanted == null ? Optional.empty() : NearMiss.of(wanted, tables, Entry::table);
        if (near.isPresent()) {
            return "it has \"" + (pattern.schema() == null ? new TablePattern(null, near.get().table) : near.get())
                    + "\"";
        }
        List<Entry> some = tables.stream().limit(LISTED).toList();
        return tables.isEmpty() ? "it has no tables" : "it has " + some + (tables.size() > LISTED ? " and more" : "");
    }
}
