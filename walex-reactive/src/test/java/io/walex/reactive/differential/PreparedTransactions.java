package io.walex.reactive.differential;

import static io.walex.reactive.differential.Bulk.fill;

import io.walex.reactive.testsupport.TestDatabase;
import java.util.Arrays;
import java.util.List;

/** Transactions that are prepared, small and large, with savepoints and schema changes, and committed or rolled back. */
final class PreparedTransactions implements Script {

    /** The column value of rows that are written while others are prepared. */
    static final String BETWEEN = "between";

    @Override
    public List<String> schema() {
        return List.of(Bulk.table("twophase"), "CREATE TABLE altered (id int PRIMARY KEY, a text)");
    }

    @Override
    public List<String> published(int major) {
        return List.of("twophase", "altered");
    }

    @Override
    public void run(TestDatabase source) {
        outcomesInAnotherOrder(source);
        savepoints(source);
        schemaChange(source);
        sameIdentifierAgain(source);
    }

    private static void outcomesInAnotherOrder(TestDatabase source) {
        prepare(source, "small", "INSERT INTO twophase VALUES (7001, 'p')");
        prepare(source, "large", fill("twophase", 400_001));
        prepare(source, "undone", "INSERT INTO twophase VALUES (7002, 'undone')");
        prepare(source, "undone large", fill("twophase", 500_001));
        between(source, 1);
        source.execute(
                "COMMIT PREPARED 'large'",
                "ROLLBACK PREPARED 'undone large'",
                "ROLLBACK PREPARED 'undone'",
                "UPDATE twophase SET filler = 'later' WHERE id = 400001",
                "COMMIT PREPARED 'small'");
    }

    private static void savepoints(TestDatabase source) {
        prepare(
                source,
                "with savepoints",
                "INSERT INTO twophase VALUES (7003, 'kept')",
                "SAVEPOINT a",
                "INSERT INTO twophase VALUES (7004, 'rolled back')",
                "ROLLBACK TO SAVEPOINT a",
                "INSERT INTO twophase VALUES (7005, 'kept')");
        prepare(
                source,
                "large with savepoints",
                fill("twophase", 600_001),
                "SAVEPOINT a",
                fill("twophase", 601_001),
                "SAVEPOINT b",
                fill("twophase", 602_001),
                "ROLLBACK TO SAVEPOINT a",
                fill("twophase", 603_001),
                "SAVEPOINT c",
                "DELETE FROM twophase WHERE id BETWEEN 600011 AND 600020",
                "RELEASE SAVEPOINT c");
        between(source, 2);
        source.execute("COMMIT PREPARED 'large with savepoints'", "COMMIT PREPARED 'with savepoints'");
    }

    private static void schemaChange(TestDatabase source) {
        String change = "ALTER TABLE altered ADD b int DEFAULT 5";
        source.execute("INSERT INTO altered VALUES (1, 'before')");
        prepare(
                source,
                "altering",
                "INSERT INTO altered VALUES (2, 'within')",
                Script.announced(change),
                change,
                "INSERT INTO altered VALUES (3, 'within', 6)",
                fill("twophase", 700_001),
                "UPDATE altered SET b = 7 WHERE id = 1");
        between(source, 3);
        source.execute("COMMIT PREPARED 'altering'", "INSERT INTO altered VALUES (4, 'after', 8)");
    }

    private static void sameIdentifierAgain(TestDatabase source) {
        for (int i = 0; i < 2; i++) {
            prepare(source, "again", "INSERT INTO twophase VALUES (" + (7010 + i) + ", 'again')");
            between(source, 10 + i);
            source.execute("COMMIT PREPARED 'again'");
        }
    }

    private static void prepare(TestDatabase source, String gid, String... statements) {
        String[] all = Arrays.copyOf(statements, statements.length + 1);
        all[statements.length] = "PREPARE TRANSACTION '" + gid + "'";
        source.executeInTransaction(all);
    }

    private static void between(TestDatabase source, int id) {
        source.execute("INSERT INTO twophase VALUES (" + id + ", '" + BETWEEN + "')");
    }
}
