package io.walex.reactive.differential;

import static io.walex.reactive.differential.Bulk.fill;

import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.testsupport.TestDatabase;
import java.util.List;
import java.util.Map;

/** Column lists and row filters, which PostgreSQL 15 brought, and generated columns, which 18 can publish. */
final class PublishedParts implements Script {

    private static final int WITH_LISTS_AND_FILTERS = 15;
    private static final int WITH_GENERATED_COLUMNS = 18;

    @Override
    public List<String> schema() {
        return List.of(
                "CREATE TABLE narrow (id int PRIMARY KEY, secret text, title text)",
                "CREATE TABLE chosen (id int PRIMARY KEY, v int, big text)",
                "ALTER TABLE chosen ALTER big SET STORAGE EXTERNAL",
                "ALTER TABLE chosen REPLICA IDENTITY FULL",
                Bulk.table("chosen_by_key"),
                "CREATE TABLE doubled (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a * 2) STORED, c text)");
    }

    /** Where the source sends what it generates, the copy takes that. */
    @Override
    public List<String> copySchema(int major) {
        return schema().stream()
                .map(statement -> major >= WITH_GENERATED_COLUMNS
                        ? statement.replace("GENERATED ALWAYS AS (a * 2) STORED", "")
                        : statement)
                .toList();
    }

    @Override
    public List<String> published(int major) {
        return major >= WITH_LISTS_AND_FILTERS
                ? List.of("narrow (id, title)", "chosen WHERE (v > 10)", "chosen_by_key WHERE (id % 2 = 0)", "doubled")
                : List.of("narrow", "chosen", "chosen_by_key", "doubled");
    }

    @Override
    public Map<String, String> visible(int major, OriginFilter origin) {
        return major >= WITH_LISTS_AND_FILTERS
                ? Map.of(
                        "narrow", "SELECT id, NULL, title FROM narrow",
                        "chosen", "SELECT * FROM chosen WHERE v > 10",
                        "chosen_by_key", "SELECT * FROM chosen_by_key WHERE id % 2 = 0")
                : Map.of();
    }

    @Override
    public void run(TestDatabase source) {
        source.execute(
                "INSERT INTO narrow VALUES (1, 'secret', 'one'), (2, 'secret', 'two'), (3, NULL, NULL)",
                "UPDATE narrow SET secret = 'other' WHERE id = 1",
                "UPDATE narrow SET title = 'zwei' WHERE id = 2",
                "UPDATE narrow SET id = 30 WHERE id = 3",
                "DELETE FROM narrow WHERE id = 1");
        // Into the filter, out of it, within and without; what is stored apart must come along.
        source.execute(
                "INSERT INTO chosen SELECT i, i, repeat(md5(i::text), 400) FROM generate_series(8, 14) i",
                "UPDATE chosen SET v = v + 5 WHERE id = 8",
                "UPDATE chosen SET v = v - 10 WHERE id = 12",
                "UPDATE chosen SET v = v + 1 WHERE id IN (9, 13)",
                "UPDATE chosen SET v = NULL WHERE id = 14",
                "UPDATE chosen SET id = 130, big = 'short' WHERE id = 13",
                "DELETE FROM chosen WHERE id IN (10, 11)");
        source.executeInTransaction(
                fill("chosen_by_key", 1, 30),
                "SAVEPOINT s",
                "UPDATE chosen_by_key SET id = id + 1000 WHERE id <= 20",
                "ROLLBACK TO SAVEPOINT s",
                "UPDATE chosen_by_key SET id = id + 1001 WHERE id > 24",
                "DELETE FROM chosen_by_key WHERE id % 5 = 0");
        source.execute(
                "INSERT INTO doubled (a, c) VALUES (1, 'x'), (2, 'y'), (3, 'z')",
                "UPDATE doubled SET c = 'changed' WHERE a = 1",
                "UPDATE doubled SET a = 20 WHERE a = 2",
                "DELETE FROM doubled WHERE a = 3");
    }
}
