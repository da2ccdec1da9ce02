package io.walex.reactive.differential;

import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.testsupport.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Tables of its own, and what happens to them on a server of a major version. */
interface Script {

    /** Makes the tables. */
    List<String> schema();

    /** Makes the copy's tables, as far as it is to be told what the source's compute. */
    default List<String> copySchema(int major) {
        return schema();
    }

    /** The tables as CREATE PUBLICATION lists them. */
    List<String> published(int major);

    /** What the copy must hold, of tables that are not published whole. */
    default Map<String, String> visible(int major, OriginFilter origin) {
        return Map.of();
    }

    /** The logical messages that must arrive where they are wanted, each as {@code prefix:content}. */
    default List<String> messages(Combination combination) {
        return List.of();
    }

    void run(TestDatabase source) throws SQLException;

    /** Tells the copy of a schema change, in the place where it stands among the rows. */
    static String announced(String change) {
        return "INSERT INTO ddl VALUES ('%s')".formatted(change.replace("'", "''"));
    }

    /** Changes the schema, told in a transaction before. */
    static void change(TestDatabase source, String change) {
        source.execute(announced(change), change);
    }
}
