package io.walex.reactive.differential;

import io.walex.reactive.testsupport.TestDatabase;
import java.util.List;

/** Rows of partitions, one of which they change, and which come and go. */
final class Partitions implements Script {

    @Override
    public List<String> schema() {
        return List.of(
                "CREATE TABLE measured (id int, day int, v text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
                "CREATE TABLE measured_1 PARTITION OF measured FOR VALUES FROM (1) TO (10)",
                "CREATE TABLE measured_2 PARTITION OF measured FOR VALUES FROM (10) TO (20)");
    }

    @Override
    public List<String> published(int major) {
        return List.of("measured");
    }

    @Override
    public void run(TestDatabase source) {
        source.execute(
                "INSERT INTO measured SELECT i, i, 'v' FROM generate_series(1, 19) i",
                "UPDATE measured SET v = 'w' WHERE id % 2 = 0",
                "UPDATE measured SET day = 15 WHERE id = 5",
                "DELETE FROM measured WHERE id = 12");
        // Columns in another order than the root's.
        Script.change(source, "CREATE TABLE measured_3 (v text, day int NOT NULL, id int NOT NULL)");
        Script.change(source, "ALTER TABLE measured ATTACH PARTITION measured_3 FOR VALUES FROM (20) TO (30)");
        source.execute(
                "INSERT INTO measured VALUES (20, 20, 'attached'), (21, 21, 'attached')",
                "UPDATE measured SET v = 'changed' WHERE id = 20",
                "UPDATE measured SET day = 22 WHERE id = 1");
    }
}
