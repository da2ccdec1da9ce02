package io.walex.reactive.differential;

/** Rows so wide that few of them are more than the server decodes in memory. */
final class Bulk {

    private static final int ENOUGH = 12;

    private Bulk() {}

    static String table(String name) {
        return "CREATE TABLE %1$s (id int PRIMARY KEY, filler text); ALTER TABLE %1$s ALTER filler SET STORAGE PLAIN"
                .formatted(name);
    }

    /** Rows that make any transaction a large one. */
    static String fill(String table, int from) {
        return fill(table, from, ENOUGH);
    }

    static String fill(String table, int from, int count) {
        return "INSERT INTO %s SELECT i, repeat('f', 6000) FROM generate_series(%d, %d) i"
                .formatted(table, from, from + count - 1);
    }
}
