package io.walex.reactive.differential;

import io.walex.reactive.testsupport.TestDatabase;
import java.util.List;

/** Rows come, change and go, under each replica identity and with values stored apart. */
final class RowChanges implements Script {

    @Override
    public List<String> schema() {
        return List.of(
                "CREATE TABLE plain (id int PRIMARY KEY, name text, amount numeric, at timestamptz)",
                "CREATE TABLE \"Odd \"\"Name\" (\"Key\" int PRIMARY KEY, \"a b\" text)",
                "CREATE TABLE toasted (id int PRIMARY KEY, big text, note text)",
                "ALTER TABLE toasted ALTER big SET STORAGE EXTERNAL",
                "CREATE TABLE toasted_full (id int PRIMARY KEY, big text, note text)",
                "ALTER TABLE toasted_full ALTER big SET STORAGE EXTERNAL",
                "ALTER TABLE toasted_full REPLICA IDENTITY FULL",
                "CREATE TABLE by_index (a int NOT NULL, b text NOT NULL, c text)",
                "CREATE UNIQUE INDEX by_index_key ON by_index (a, b)",
                "ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_key",
                "CREATE TABLE append_only (v int)",
                "ALTER TABLE append_only REPLICA IDENTITY NOTHING",
                "CREATE TABLE parent (id int PRIMARY KEY)",
                "CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent)");
    }

    @Override
    public List<String> published(int major) {
        return List.of(
                "plain", "\"Odd \"\"Name\"", "toasted", "toasted_full", "by_index", "append_only", "parent", "child");
    }

    @Override
    public void run(TestDatabase source) {
        plainChanges(source);
        toastedValues(source, "toasted");
        toastedValues(source, "toasted_full");
        identities(source);
        truncates(source);
    }

    private static void plainChanges(TestDatabase source) {
        source.execute(
                "INSERT INTO plain VALUES (1, 'one', 1.50, '2024-01-02 03:04:05.678901+00'), (2, NULL, NULL, NULL)",
                "UPDATE plain SET name = 'uno' WHERE id = 1",
                "UPDATE plain SET id = 20 WHERE id = 2",
                "INSERT INTO plain SELECT i, 'n' || i, i * 1.1, now() FROM generate_series(100, 150) i",
                "DELETE FROM plain WHERE id % 7 = 0",
                "INSERT INTO \"Odd \"\"Name\" VALUES (1, 'x'), (2, 'y')",
                "UPDATE \"Odd \"\"Name\" SET \"a b\" = 'z' WHERE \"Key\" = 2");
    }

    private static void toastedValues(TestDatabase source, String table) {
        source.execute(
                "INSERT INTO " + table + " SELECT i, repeat(md5(i::text), 400), 'n' FROM generate_series(1, 5) i",
                "UPDATE " + table + " SET note = 'changed' WHERE id <= 3",
                "UPDATE " + table + " SET big = 'short' WHERE id = 1",
                "UPDATE " + table + " SET id = id + 100 WHERE id = 2",
                "DELETE FROM " + table + " WHERE id = 3");
    }

    private static void identities(TestDatabase source) {
        source.execute(
                "INSERT INTO by_index VALUES (1, 'x', 'c1'), (2, 'y', 'c2'), (3, 'z', 'c3')",
                "UPDATE by_index SET c = 'changed' WHERE a = 1",
                "UPDATE by_index SET b = 'yy' WHERE a = 2",
                "DELETE FROM by_index WHERE a = 3",
                "INSERT INTO append_only SELECT generate_series(1, 10)");
    }

    private static void truncates(TestDatabase source) {
        source.execute(
                "INSERT INTO parent VALUES (1), (2)",
                "INSERT INTO child VALUES (1, 1)",
                "TRUNCATE parent, child RESTART IDENTITY",
                "INSERT INTO parent VALUES (3)",
                "INSERT INTO child VALUES (3, 3)",
                "TRUNCATE parent CASCADE",
                "INSERT INTO parent VALUES (4)");
    }
}
