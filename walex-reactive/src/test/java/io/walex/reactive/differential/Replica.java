package io.walex.reactive.differential;

import io.walex.reactive.event.Column;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Row;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.testsupport.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Applies events to a copy of the schema, with nothing but what the events hold. Schema changes come as logical messages
 * with the prefix {@code ddl}. What is delivered at PREPARE waits for its outcome.
 */
final class Replica implements AutoCloseable {

    private final Connection connection;
    private final boolean atPrepare;
    private final Map<String, List<Event>> prepared = new HashMap<>();

    Replica(TestDatabase copy, TwoPhase twoPhase) throws SQLException {
        atPrepare = twoPhase == TwoPhase.AT_PREPARE;
        connection = copy.jdbc();
        connection.setAutoCommit(false);
    }

    void receive(Event event) {
        if (event.type() == EventType.COMMIT_PREPARED) {
            prepared.remove(event.gid()).forEach(this::apply);
        } else if (event.type() == EventType.ROLLBACK_PREPARED) {
            prepared.remove(event.gid());
        } else if (atPrepare && event.gid() != null) {
            prepared.computeIfAbsent(event.gid(), started -> new ArrayList<>()).add(event);
        } else {
            apply(event);
        }
    }

    private void apply(Event event) {
        try {
            switch (event.type()) {
                case INSERT -> insert(event);
                case UPDATE -> update(event);
                case DELETE -> delete(event);
                case TRUNCATE -> run("TRUNCATE " + table(event) + " CASCADE");
                case MESSAGE -> message(event);
                case COMMIT_PREPARED, ROLLBACK_PREPARED -> throw new IllegalStateException("unexpected " + event);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot apply " + event + ": " + e.getMessage(), e);
        }
    }

    private void message(Event event) throws SQLException {
        if (event.message().prefix().equals("ddl")) {
            run(new String(event.message().content(), StandardCharsets.UTF_8));
        }
    }

    private void insert(Event event) throws SQLException {
        Row row = Objects.requireNonNull(event.newRecord());
        List<Column> columns = held(row);
        String names = columns.stream().map(column -> quoted(column.name())).collect(Collectors.joining(", "));
        String values = columns.stream().map(Replica::parameter).collect(Collectors.joining(", "));
        execute("INSERT INTO " + table(event) + " (" + names + ") VALUES (" + values + ")", texts(row, columns));
    }

    private void update(Event event) throws SQLException {
        Row row = Objects.requireNonNull(event.newRecord());
        Row identity = event.oldRecord() == null ? row : event.oldRecord();
        List<Column> columns = held(row);
        List<Column> key = key(identity);
        String assignments = columns.stream()
                .map(column -> quoted(column.name()) + " = " + parameter(column))
                .collect(Collectors.joining(", "));
        List<String> parameters = texts(row, columns);
        parameters.addAll(texts(identity, key));
        execute("UPDATE " + table(event) + " SET " + assignments + where(key), parameters);
    }

    private void delete(Event event) throws SQLException {
        Row identity = Objects.requireNonNull(event.oldRecord());
        List<Column> key = key(identity);
        execute("DELETE FROM " + table(event) + where(key), texts(identity, key));
    }

    private static List<Column> held(Row row) {
        return row.columns().stream().filter(column -> row.has(column.name())).toList();
    }

    private static List<Column> key(Row row) {
        return held(row).stream().filter(Column::key).toList();
    }

    private static List<String> texts(Row row, List<Column> columns) {
        return columns.stream()
                .map(column -> row.getText(column.name()))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static String where(List<Column> key) {
        return key.stream()
                .map(column -> quoted(column.name()) + " IS NOT DISTINCT FROM " + parameter(column))
                .collect(Collectors.joining(" AND ", " WHERE ", ""));
    }

    private static String parameter(Column column) {
        return "?::" + column.type();
    }

    private static String table(Event event) {
        return quoted(event.source().schema()) + "." + quoted(event.source().table());
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void execute(String sql, List<String> parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.size(); i++) {
                statement.setString(i + 1, parameters.get(i));
            }
            if (statement.executeUpdate() != 1) {
                throw new IllegalStateException(sql + " did not change one row");
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.commit();
        connection.close();
    }
}
