package io.walex.reactive.differential;

import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** A table and its types change between rows, within large transactions, and while others are open. */
final class SchemaChanges implements Script {

    @Override
    public List<String> schema() {
        return List.of("CREATE TABLE evolving (id int PRIMARY KEY, a text)");
    }

    @Override
    public List<String> published(int major) {
        return List.of("evolving");
    }

    @Override
    public void run(TestDatabase source) throws SQLException {
        betweenTransactions(source);
        newTypes(source);
        rolledBack(source);
        withinALargeTransaction(source);
        newValueWhileATransactionIsOpen(source);
    }

    private static void betweenTransactions(TestDatabase source) {
        source.execute("INSERT INTO evolving VALUES (1, 'before')");
        change(source, "ALTER TABLE evolving ADD b int DEFAULT 7", "INSERT INTO evolving VALUES (2, 'added', 8)");
        change(
                source,
                "ALTER TABLE evolving ALTER b TYPE text USING b::text || '!'",
                "UPDATE evolving SET b = 'retyped' WHERE id = 2");
        change(source, "ALTER TABLE evolving RENAME a TO c", "UPDATE evolving SET c = 'renamed' WHERE id = 1");
        change(source, "ALTER TABLE evolving DROP b", "INSERT INTO evolving VALUES (3, 'dropped')");
        change(source, "ALTER TABLE evolving RENAME TO evolved", "INSERT INTO evolved VALUES (4, 'moved')");
        change(
                source,
                "DROP TABLE evolved; CREATE TABLE evolved (c text, id int PRIMARY KEY);"
                        + "ALTER TABLE evolved ALTER c SET STORAGE PLAIN");
        source.execute(
                "ALTER PUBLICATION leaves ADD TABLE evolved",
                "ALTER PUBLICATION roots ADD TABLE evolved",
                "INSERT INTO evolved VALUES ('made anew', 5)");
    }

    /** Types that were made or changed after the stream's catalog was read. */
    private static void newTypes(TestDatabase source) {
        change(
                source,
                "CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TABLE evolved ADD mood mood DEFAULT 'ok'",
                "INSERT INTO evolved VALUES ('typed', 6, 'sad')");
        change(
                source,
                "ALTER TYPE mood ADD VALUE 'elated' BEFORE 'ok'",
                "INSERT INTO evolved VALUES ('new value', 8, 'elated')",
                "UPDATE evolved SET mood = 'elated' WHERE id = 6");
    }

    /** Leaves no trace, in a transaction large enough to be streamed. */
    private static void rolledBack(TestDatabase source) {
        source.executeInTransaction(
                "INSERT INTO evolved VALUES ('outer', 7, 'ok')",
                "SAVEPOINT s",
                Script.announced("ALTER TABLE evolved ADD gone int"),
                "ALTER TABLE evolved ADD gone int",
                "INSERT INTO evolved SELECT repeat('gone', 1500), i, 'ok', i FROM generate_series(1000, 1011) i",
                "ROLLBACK TO SAVEPOINT s",
                "INSERT INTO evolved SELECT repeat('kept', 1500), i, 'ok' FROM generate_series(1000, 1011) i");
    }

    private static void withinALargeTransaction(TestDatabase source) {
        source.executeInTransaction(
                "INSERT INTO evolved SELECT repeat('one', 2000), i, 'sad' FROM generate_series(2000, 2011) i",
                Script.announced("ALTER TABLE evolved ADD extra numeric"),
                "ALTER TABLE evolved ADD extra numeric",
                "INSERT INTO evolved SELECT repeat('two', 2000), i, 'ok', i / 7.0 FROM generate_series(2100, 2111) i",
                Script.announced("ALTER TABLE evolved DROP c"),
                "ALTER TABLE evolved DROP c",
                "UPDATE evolved SET extra = id WHERE id BETWEEN 2006 AND 2105",
                "SAVEPOINT s",
                Script.announced("ALTER TABLE evolved RENAME extra TO never"),
                "ALTER TABLE evolved RENAME extra TO never",
                "UPDATE evolved SET never = NULL",
                "ROLLBACK TO SAVEPOINT s",
                Script.announced(
                        "ALTER TABLE evolved ADD filler text; ALTER TABLE evolved ALTER filler SET STORAGE PLAIN"),
                "ALTER TABLE evolved ADD filler text; ALTER TABLE evolved ALTER filler SET STORAGE PLAIN",
                "INSERT INTO evolved SELECT i, 'ok', NULL, repeat('f', 6000) FROM generate_series(2200, 2211) i");
    }

    private static void newValueWhileATransactionIsOpen(TestDatabase source) throws SQLException {
        try (Connection connection = source.jdbc();
                Statement open = connection.createStatement()) {
            connection.setAutoCommit(false);
            open.execute("INSERT INTO evolved SELECT i, 'ok', 1, repeat('f', 6000) FROM generate_series(3000, 3011) i");
            Script.change(source, "ALTER TYPE mood ADD VALUE 'calm'");
            open.execute(
                    "INSERT INTO evolved SELECT i, 'calm', 2, repeat('f', 6000) FROM generate_series(3100, 3111) i");
            connection.commit();
        }
    }

    private static void change(TestDatabase source, String change, String... then) {
        Script.change(source, change);
        source.execute(then);
    }
}
