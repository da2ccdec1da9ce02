package io.walex.reactive.event;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The tables whose changes can come.
 *
 * @param publications the publications' names
 * @param tables the tables in them, of all together
 */
public record PublishedTables(List<String> publications, List<Name> tables) {

    private static final int LISTED = 10;

    public PublishedTables {
        publications = List.copyOf(publications);
        tables = List.copyOf(tables);
    }

    /** A table's name in full. */
    public record Name(String schema, String table) {

        @Override
        public String toString() {
            return schema + "." + table;
        }
    }

    /** Says what is wrong with a pattern that covers none of the tables: {@code "user" is not in publication "events"; it
     * has "users"}. Empty when it covers one. */
    public Optional<String> missing(TablePattern pattern) {
        boolean any = pattern.schema() == null && pattern.table() == null;
        if (any || tables.stream().anyMatch(name -> pattern.matches(name.schema, name.table))) {
            return Optional.empty();
        }
        return Optional.of("\"%s\" is not in publication \"%s\"; %s"
                .formatted(pattern, String.join("\", \"", publications), instead(pattern)));
    }

    /** Whether a table that the pattern covers is also covered by one of the others. */
    public boolean anyMatch(TablePattern pattern, List<TablePattern> others) {
        return tables.stream()
                .filter(name -> pattern.matches(name.schema, name.table))
                .anyMatch(name -> others.stream().anyMatch(other -> other.matches(name.schema, name.table)));
    }

    private String instead(TablePattern pattern) {
        String wanted = pattern.table();
        Optional<Name> near = wanted == null
                ? Optional.empty()
                : tables.stream()
                        .min(Comparator.comparingInt(name -> distance(name.table, wanted)))
                        .filter(name -> distance(name.table, wanted) <= Math.max(2, wanted.length() / 3));
        if (near.isPresent()) {
            return "it has \"" + (pattern.schema() == null ? near.get().table : near.get()) + "\"";
        }
        List<Name> some = tables.stream().limit(LISTED).toList();
        return tables.isEmpty() ? "it has no tables" : "it has " + some + (tables.size() > LISTED ? " and more" : "");
    }

    /** Levenshtein's, without regard to case. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal
                        + (Character.toLowerCase(one.charAt(i - 1)) == Character.toLowerCase(other.charAt(j - 1))
                                ? 0
                                : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[row.length - 1];
    }
}
