package io.walex.reactive.guarantees.snapshots;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A table that writers change and a snapshot reads, all of whose changes are also written whole into the table {@code
 * shadow}.
 *
 * @param name as events name it; leaves of a partitioned table that is published as such have their own
 * @param key the column that a user tells rows apart by
 * @param statements that make it, and rows in it
 * @param publication as CREATE PUBLICATION lists it
 * @param filter rows that are published, by their columns' texts
 * @param columns that are published; empty for all
 */
record ShadowedTable(
        String name,
        String key,
        List<String> statements,
        String publication,
        Predicate<Map<String, String>> filter,
        Set<String> columns) {

    /** What all of them are made of: a key, what changes often, what is large and rarely changes. */
    static ShadowedTable of(String name, int rows, String options, String... more) {
        List<String> statements = new ArrayList<>();
        statements.add("CREATE TABLE %s (id int PRIMARY KEY, code text NOT NULL UNIQUE, n int, small text, big text) %s"
                .formatted(name, options));
        statements.addAll(List.of(more));
        statements.add(external(name));
        statements.add(rows(name, rows));
        return new ShadowedTable(name, "id", statements, name, row -> true, Set.of());
    }

    static String external(String name) {
        return "ALTER TABLE %s ALTER big SET STORAGE EXTERNAL".formatted(name);
    }

    /** Every other key, so that there are some to be inserted; a third of the rows are large. */
    static String rows(String name, int count) {
        return "INSERT INTO %s SELECT 2 * i, 'c' || 2 * i, i, repeat('s', i %% 90), ".formatted(name)
                + "CASE WHEN i % 3 = 0 THEN repeat(md5(i::text), 80) ELSE md5(i::text) END "
                + "FROM generate_series(1, %d) i".formatted(count);
    }

    ShadowedTable keyedBy(String column) {
        return new ShadowedTable(name, column, statements, publication, filter, columns);
    }

    ShadowedTable published(String as, Predicate<Map<String, String>> rows, Set<String> only) {
        return new ShadowedTable(name, key, statements, as, rows, only);
    }

    /** Another table's statements have made it. */
    ShadowedTable named(String other) {
        return new ShadowedTable(other, key, List.of(), "", filter, columns);
    }
}
