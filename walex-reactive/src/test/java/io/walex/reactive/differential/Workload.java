package io.walex.reactive.differential;

import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Scripts that between them make PostgreSQL send every kind of change. */
final class Workload {

    static final String[] SCHEMA = {
        "CREATE TABLE plain (id int PRIMARY KEY, name text, amount numeric, at timestamptz)",
        "CREATE TABLE bulk (id int PRIMARY KEY, filler text)",
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
        "CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent)",
        "CREATE TABLE measured (id int, day int, v text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
        "CREATE TABLE measured_1 PARTITION OF measured FOR VALUES FROM (1) TO (10)",
        "CREATE TABLE measured_2 PARTITION OF measured FOR VALUES FROM (10) TO (20)",
        "CREATE TABLE evolving (id int PRIMARY KEY, a text)",
        "CREATE TABLE \"Odd \"\"Name\" (\"Key\" int PRIMARY KEY, \"a b\" text)",
    };

    private Workload() {}

    static void run(TestDatabase database) throws SQLException {
        plainChanges(database);
        toastedValues(database);
        identities(database);
        truncates(database);
        savepoints(database);
        interleavedLargeTransactions(database);
        schemaChanges(database);
        preparedTransactions(database);
        partitions(database);
        database.execute("SELECT pg_logical_emit_message(true, 'end', '')");
    }

    private static void plainChanges(TestDatabase database) {
        database.execute(
                "INSERT INTO plain VALUES (1, 'one', 1.50, '2024-01-02 03:04:05.678901+00'), (2, NULL, NULL, NULL)",
                "UPDATE plain SET name = 'uno' WHERE id = 1",
                "UPDATE plain SET id = 20 WHERE id = 2",
                "INSERT INTO plain SELECT i, 'n' || i, i * 1.1, now() FROM generate_series(100, 300) i",
                "DELETE FROM plain WHERE id % 7 = 0",
                "INSERT INTO \"Odd \"\"Name\" VALUES (1, 'x'), (2, 'y')",
                "UPDATE \"Odd \"\"Name\" SET \"a b\" = 'z' WHERE \"Key\" = 2");
    }

    private static void toastedValues(TestDatabase database) {
        for (String table : new String[] {"toasted", "toasted_full"}) {
            database.execute(
                    "INSERT INTO " + table + " SELECT i, repeat(md5(i::text), 400), 'n' FROM generate_series(1, 5) i",
                    "UPDATE " + table + " SET note = 'changed' WHERE id <= 3",
                    "UPDATE " + table + " SET big = 'short' WHERE id = 1",
                    "UPDATE " + table + " SET id = id + 100 WHERE id = 2",
                    "DELETE FROM " + table + " WHERE id = 3");
        }
    }

    private static void identities(TestDatabase database) {
        database.execute(
                "INSERT INTO by_index VALUES (1, 'x', 'c1'), (2, 'y', 'c2'), (3, 'z', 'c3')",
                "UPDATE by_index SET c = 'changed' WHERE a = 1",
                "UPDATE by_index SET b = 'yy' WHERE a = 2",
                "DELETE FROM by_index WHERE a = 3",
                "INSERT INTO append_only SELECT generate_series(1, 10)");
    }

    private static void truncates(TestDatabase database) {
        database.execute(
                "INSERT INTO parent VALUES (1), (2)",
                "INSERT INTO child VALUES (1, 1)",
                "TRUNCATE parent, child RESTART IDENTITY",
                "INSERT INTO parent VALUES (3)",
                "INSERT INTO child VALUES (3, 3)",
                "TRUNCATE parent CASCADE",
                "INSERT INTO parent VALUES (4)");
    }

    private static void savepoints(TestDatabase database) {
        database.executeInTransaction(
                fill(1, 400),
                "SAVEPOINT a",
                fill(3001, 3400),
                "INSERT INTO plain VALUES (5000, 'rolled back', 0, now())",
                "SAVEPOINT b",
                fill(6001, 6400),
                "ROLLBACK TO SAVEPOINT b",
                fill(9001, 9400),
                "ROLLBACK TO SAVEPOINT a",
                fill(12001, 12400),
                "RELEASE SAVEPOINT a",
                "DELETE FROM bulk WHERE id % 3 = 0",
                "UPDATE bulk SET filler = filler || 'x' WHERE id % 5 = 0");
        database.executeInTransaction(fill(20001, 20400), "ROLLBACK");
    }

    private static void interleavedLargeTransactions(TestDatabase database) throws SQLException {
        try (Connection first = database.jdbc();
                Connection second = database.jdbc();
                Connection third = database.jdbc();
                Statement one = first.createStatement();
                Statement two = second.createStatement();
                Statement three = third.createStatement()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            third.setAutoCommit(false);
            for (int i = 0; i < 4; i++) {
                one.execute(fill(100_000 + i * 1000, 100_119 + i * 1000));
                two.execute(fill(200_000 + i * 1000, 200_119 + i * 1000));
                three.execute(fill(300_000 + i * 1000, 300_119 + i * 1000));
                database.execute("UPDATE plain SET amount = " + i + " WHERE id = 1");
            }
            second.commit();
            third.rollback();
            one.execute("UPDATE bulk SET filler = 'last' WHERE id = 100000");
            first.commit();
        }
    }

    private static void schemaChanges(TestDatabase database) {
        database.execute("INSERT INTO evolving VALUES (1, 'before')");
        ddl(database, "ALTER TABLE evolving ADD b int DEFAULT 7", "INSERT INTO evolving VALUES (2, 'added', 8)");
        ddl(
                database,
                "ALTER TABLE evolving ALTER b TYPE text USING b::text || '!'",
                "UPDATE evolving SET b = 'retyped' WHERE id = 2");
        ddl(database, "ALTER TABLE evolving RENAME a TO c", "UPDATE evolving SET c = 'renamed' WHERE id = 1");
        ddl(database, "ALTER TABLE evolving DROP b", "INSERT INTO evolving VALUES (3, 'dropped')");
        ddl(database, "ALTER TABLE evolving RENAME TO evolved", "INSERT INTO evolved VALUES (4, 'moved')");
        ddl(
                database,
                "DROP TABLE evolved; CREATE TABLE evolved (c text, id int PRIMARY KEY)",
                "INSERT INTO evolved VALUES ('made anew', 5)");
        // A type that was made after the stream's catalog was read.
        ddl(
                database,
                "CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TABLE evolved ADD mood mood DEFAULT 'ok'",
                "INSERT INTO evolved VALUES ('typed', 6, 'sad')");
        // Schema changes that are rolled back leave no trace, in a transaction large enough to be streamed.
        database.executeInTransaction(
                "INSERT INTO evolved VALUES ('outer', 7, 'ok')",
                "SAVEPOINT s",
                "ALTER TABLE evolved ADD gone int",
                "INSERT INTO evolved SELECT 'gone', i, 'ok', i FROM generate_series(1000, 1400) i",
                "ROLLBACK TO SAVEPOINT s",
                "INSERT INTO evolved SELECT 'kept', i, 'ok' FROM generate_series(1000, 1400) i");
    }

    private static void preparedTransactions(TestDatabase database) {
        database.executeInTransaction("INSERT INTO plain VALUES (7001, 'p', 1, now())", "PREPARE TRANSACTION 'small'");
        database.executeInTransaction(fill(400_001, 400_400), "PREPARE TRANSACTION 'large'");
        database.executeInTransaction(fill(500_001, 500_400), "PREPARE TRANSACTION 'undone'");
        database.execute(
                "INSERT INTO plain VALUES (7002, 'between', 1, now())",
                "COMMIT PREPARED 'large'",
                "ROLLBACK PREPARED 'undone'",
                "COMMIT PREPARED 'small'");
    }

    private static void partitions(TestDatabase database) {
        database.execute(
                "INSERT INTO measured SELECT i, i, 'v' FROM generate_series(1, 19) i",
                "UPDATE measured SET v = 'w' WHERE id % 2 = 0",
                "UPDATE measured SET day = 15 WHERE id = 5",
                "DELETE FROM measured WHERE id = 12");
    }

    private static String fill(int from, int to) {
        return "INSERT INTO bulk SELECT i, repeat('f', 60) FROM generate_series(%d, %d) i".formatted(from, to);
    }

    private static void ddl(TestDatabase database, String change, String... then) {
        database.executeInTransaction(
                "SELECT pg_logical_emit_message(true, 'ddl', '%s')".formatted(change.replace("'", "''")));
        database.execute(change);
        database.execute(then);
    }
}
