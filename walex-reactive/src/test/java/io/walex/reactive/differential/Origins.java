package io.walex.reactive.differential;

import static io.walex.reactive.differential.Bulk.fill;

import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.testsupport.TestDatabase;
import java.util.List;
import java.util.Map;

/** Changes that were themselves replicated here, beside local ones. */
final class Origins implements Script {

    @Override
    public List<String> schema() {
        return List.of(Bulk.table("replicated"));
    }

    @Override
    public List<String> published(int major) {
        return List.of("replicated");
    }

    @Override
    public Map<String, String> visible(int major, OriginFilter origin) {
        return origin == OriginFilter.ANY ? Map.of() : Map.of("replicated", "SELECT * FROM replicated WHERE id < 1000");
    }

    @Override
    public List<String> messages(Combination combination) {
        return combination.origin() == OriginFilter.ANY ? List.of("origin:remote", "origin:remote at once") : List.of();
    }

    @Override
    public void run(TestDatabase source) {
        source.execute(
                "INSERT INTO replicated VALUES (1, 'local')", "SELECT pg_replication_origin_create('elsewhere')");
        remotely(
                source,
                "INSERT INTO replicated VALUES (1001, 'remote')",
                "SELECT pg_logical_emit_message(true, 'origin', 'remote')",
                "SELECT pg_logical_emit_message(false, 'origin', 'remote at once')");
        remotely(source, fill("replicated", 2001), "SAVEPOINT s", fill("replicated", 3001), "ROLLBACK TO SAVEPOINT s");
        remotely(source, "UPDATE replicated SET filler = 'changed' WHERE id = 2001");
        source.executeInTransaction(fill("replicated", 101), "UPDATE replicated SET filler = 'changed' WHERE id = 101");
        source.execute("SELECT pg_replication_origin_drop('elsewhere')");
    }

    private static void remotely(TestDatabase source, String... statements) {
        source.executeReplicated("elsewhere", "0/1", statements);
    }
}
