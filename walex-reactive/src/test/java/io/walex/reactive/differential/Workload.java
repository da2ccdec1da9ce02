package io.walex.reactive.differential;

import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.testsupport.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Scripts that between them make PostgreSQL send every kind of change. */
final class Workload {

    /** The table whose first row is the last change. */
    static final String END = "finish";

    private static final List<String> SCHEMA =
            List.of("CREATE TABLE ddl (command text)", "CREATE TABLE finish (id int)");

    private final int major;
    private final List<Script> scripts = List.of(
            new PreparedTransactions(),
            new RowChanges(),
            new LargeTransactions(),
            new Partitions(),
            new SchemaChanges(),
            new PublishedParts(),
            new PublicationChanges(),
            new Origins(),
            new Messages());

    Workload(int major) {
        this.major = major;
    }

    void prepare(TestDatabase source) {
        source.execute(SCHEMA.toArray(String[]::new));
        scripts.forEach(script -> source.execute(script.schema().toArray(String[]::new)));
        String tables = scripts.stream()
                .flatMap(script -> script.published(major).stream())
                .collect(Collectors.joining(", "));
        String options = major >= 18 ? "publish_generated_columns = stored, " : "";
        for (boolean viaRoot : new boolean[] {false, true}) {
            source.execute("CREATE PUBLICATION %s FOR TABLE ddl, finish, %s WITH (%spublish_via_partition_root = %s)"
                    .formatted(viaRoot ? "roots" : "leaves", tables, options, viaRoot));
        }
    }

    List<String> copySchema() {
        return Stream.concat(SCHEMA.stream(), scripts.stream().flatMap(script -> script.copySchema(major).stream()))
                .toList();
    }

    void run(TestDatabase source) throws SQLException {
        for (Script script : scripts) {
            script.run(source);
        }
        source.execute("INSERT INTO finish VALUES (1)");
    }

    /** What the copy must hold, where that is not the whole table. */
    Map<String, String> visible(OriginFilter origin) {
        Map<String, String> visible = new TreeMap<>();
        scripts.forEach(script -> visible.putAll(script.visible(major, origin)));
        return visible;
    }

    /** In order of their text: when a message is sent depends on how. */
    List<String> messages(Combination combination) {
        if (!combination.messages()) {
            return List.of();
        }
        return scripts.stream()
                .flatMap(script -> script.messages(combination).stream())
                .sorted()
                .toList();
    }
}
