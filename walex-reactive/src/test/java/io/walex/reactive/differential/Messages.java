package io.walex.reactive.differential;

import static io.walex.reactive.differential.Bulk.fill;

import io.walex.reactive.testsupport.TestDatabase;
import java.util.List;

/** Logical messages, transactional or not, in transactions of every kind and outcome. */
final class Messages implements Script {

    private static final List<String> ALWAYS = List.of(
            "note:alone",
            "note:",
            "note:small",
            "note:large",
            "note:prepared",
            "at once:small",
            "at once:aborted part",
            "at once:rolled back",
            "at once:rolled back prepared");

    @Override
    public List<String> schema() {
        return List.of(Bulk.table("noted"));
    }

    @Override
    public List<String> published(int major) {
        return List.of("noted");
    }

    @Override
    public List<String> messages(Combination combination) {
        return ALWAYS;
    }

    @Override
    public void run(TestDatabase source) {
        source.execute(note("alone"), note(""));
        source.executeInTransaction("INSERT INTO noted VALUES (1, 'x')", note("small"), atOnce("small"));
        source.executeInTransaction(
                fill("noted", 1001),
                note("large"),
                "SAVEPOINT s",
                note("aborted part"),
                atOnce("aborted part"),
                fill("noted", 2001),
                "ROLLBACK TO SAVEPOINT s");
        source.executeInTransaction(note("rolled back"), atOnce("rolled back"), fill("noted", 3001), "ROLLBACK");
        source.executeInTransaction(note("prepared"), "INSERT INTO noted VALUES (2, 'x')", "PREPARE TRANSACTION 'n'");
        source.executeInTransaction(
                note("rolled back prepared"),
                atOnce("rolled back prepared"),
                "INSERT INTO noted VALUES (3, 'x')",
                "PREPARE TRANSACTION 'm'");
        source.execute("COMMIT PREPARED 'n'", "ROLLBACK PREPARED 'm'");
    }

    private static String note(String content) {
        return "SELECT pg_logical_emit_message(true, 'note', '" + content + "')";
    }

    private static String atOnce(String content) {
        return "SELECT pg_logical_emit_message(false, 'at once', '" + content + "')";
    }
}
