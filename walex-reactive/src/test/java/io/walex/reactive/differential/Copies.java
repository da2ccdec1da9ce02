package io.walex.reactive.differential;

import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Applies changes to empty copies of a schema. Changes that were applied before are not applied again. */
final class Copies implements AutoCloseable {

    private final Connection connection;
    private final List<String> schema;
    private final Map<List<Change>, Map<String, String>> contents = new HashMap<>();

    /**
     * Copies one after the other in one database.
     *
     * @param schema makes the tables
     */
    Copies(TestDatabase database, List<String> schema) throws SQLException {
        this.schema = schema;
        connection = database.jdbc();
        connection.setAutoCommit(false);
    }

    /** What the tables hold after the changes. */
    synchronized Map<String, String> after(List<Change> changes) throws SQLException {
        Map<String, String> known = contents.get(changes);
        if (known == null) {
            known = apply(changes);
            contents.put(changes, known);
        }
        return known;
    }

    private Map<String, String> apply(List<Change> changes) throws SQLException {
        execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; " + String.join("; ", schema));
        for (int from = 0; from < changes.size(); ) {
            int to = endOfBatch(changes, from);
            if (changes.get(from).changesOneRow()) {
                changeRows(changes.subList(from, to));
            } else {
                execute(changes.get(from).sql());
                // Only then can a new value of an enum be used.
                connection.commit();
            }
            from = to;
        }
        connection.commit();
        return Contents.of(connection, Map.of());
    }

    private static int endOfBatch(List<Change> changes, int from) {
        Change first = changes.get(from);
        int to = from + 1;
        while (first.changesOneRow()
                && to < changes.size()
                && changes.get(to).sql().equals(first.sql())) {
            to++;
        }
        return to;
    }

    private void changeRows(List<Change> batch) throws SQLException {
        String sql = batch.get(0).sql();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (Change change : batch) {
                for (int i = 0; i < change.parameters().size(); i++) {
                    statement.setString(i + 1, change.parameters().get(i));
                }
                statement.addBatch();
            }
            for (int changed : statement.executeBatch()) {
                if (changed != 1) {
                    throw new IllegalStateException(sql + " changed " + changed + " rows, not one");
                }
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
