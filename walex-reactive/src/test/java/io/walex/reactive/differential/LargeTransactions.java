package io.walex.reactive.differential;

import static io.walex.reactive.differential.Bulk.fill;

import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Transactions that are streamed before they end: with subtransactions, aborted, interleaved. */
final class LargeTransactions implements Script {

    @Override
    public List<String> schema() {
        return List.of(Bulk.table("bulk"), Bulk.table("bulk_note"));
    }

    @Override
    public List<String> published(int major) {
        return List.of("bulk", "bulk_note");
    }

    @Override
    public void run(TestDatabase source) throws SQLException {
        savepoints(source);
        nestedSubtransactions(source);
        truncateWithin(source);
        source.executeInTransaction(fill("bulk", 20_001), "ROLLBACK");
        interleaved(source);
    }

    private static void savepoints(TestDatabase source) {
        source.executeInTransaction(
                fill("bulk", 1),
                "SAVEPOINT a",
                fill("bulk", 3001),
                "INSERT INTO bulk_note VALUES (5000, 'rolled back')",
                "SAVEPOINT b",
                fill("bulk", 6001),
                "ROLLBACK TO SAVEPOINT b",
                fill("bulk", 9001),
                "ROLLBACK TO SAVEPOINT a",
                fill("bulk", 12_001),
                "RELEASE SAVEPOINT a",
                "DELETE FROM bulk WHERE id % 3 = 0",
                "UPDATE bulk SET filler = filler || 'x' WHERE id % 5 = 0");
    }

    /** An aborted subtransaction takes those within it along, released or not; each writes enough to be streamed. */
    private static void nestedSubtransactions(TestDatabase source) {
        source.executeInTransaction(
                "SAVEPOINT outer_one",
                fill("bulk", 40_001),
                "SAVEPOINT released",
                fill("bulk", 41_001),
                "RELEASE SAVEPOINT released",
                "SAVEPOINT open",
                fill("bulk", 42_001),
                "DELETE FROM bulk WHERE id BETWEEN 1 AND 20",
                "ROLLBACK TO SAVEPOINT outer_one",
                "SAVEPOINT again",
                fill("bulk", 41_001),
                "RELEASE SAVEPOINT again",
                "SAVEPOINT last",
                "UPDATE bulk SET filler = 'lost' WHERE id > 41006",
                "ROLLBACK TO SAVEPOINT last");
    }

    private static void truncateWithin(TestDatabase source) {
        source.executeInTransaction(
                "INSERT INTO bulk_note VALUES (1, 'before')",
                fill("bulk", 50_001),
                "SAVEPOINT kept",
                "TRUNCATE bulk_note",
                "INSERT INTO bulk_note VALUES (2, 'after')",
                "RELEASE SAVEPOINT kept",
                "SAVEPOINT undone",
                "TRUNCATE bulk_note",
                fill("bulk", 51_001),
                "ROLLBACK TO SAVEPOINT undone");
    }

    private static void interleaved(TestDatabase source) throws SQLException {
        try (Connection first = source.jdbc();
                Connection second = source.jdbc();
                Connection third = source.jdbc();
                Statement one = first.createStatement();
                Statement two = second.createStatement();
                Statement three = third.createStatement()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            third.setAutoCommit(false);
            for (int i = 0; i < 3; i++) {
                one.execute(fill("bulk", 100_000 + i * 1000, 5));
                two.execute(fill("bulk", 200_000 + i * 1000, 5));
                three.execute(fill("bulk", 300_000 + i * 1000, 5));
                source.execute("INSERT INTO bulk_note VALUES (" + (10 + i) + ", 'between')");
            }
            two.execute("SAVEPOINT s");
            two.execute(fill("bulk", 210_000));
            one.execute(fill("bulk", 110_000));
            two.execute("ROLLBACK TO SAVEPOINT s");
            second.commit();
            third.rollback();
            one.execute("UPDATE bulk SET filler = 'last' WHERE id = 100000");
            first.commit();
        }
    }
}
