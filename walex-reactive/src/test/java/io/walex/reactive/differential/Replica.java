package io.walex.reactive.differential;

import io.walex.reactive.event.Column;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Position;
import io.walex.reactive.event.Row;
import io.walex.reactive.event.TwoPhase;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes changes to a copy of events, with nothing but what the events hold. Schema changes come as rows of the table {@code
 * ddl}. What is delivered at PREPARE waits for its outcome.
 */
final class Replica {

    private final boolean atPrepare;
    private final Map<String, List<Event>> prepared = new HashMap<>();
    private final Set<Position> positions = new HashSet<>();
    private final List<Change> changes = new ArrayList<>();
    private final List<String> messages = new ArrayList<>();

    Replica(TwoPhase twoPhase) {
        atPrepare = twoPhase == TwoPhase.AT_PREPARE;
    }

    List<Change> changes() {
        return changes;
    }

    /** In order of their text. */
    List<String> messages() {
        return messages.stream().sorted().toList();
    }

    void receive(Event event) {
        if (!positions.add(event.position())) {
            throw new IllegalStateException(event + " came twice");
        }
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
        switch (event.type()) {
            case INSERT -> insert(event);
            case UPDATE -> update(event);
            case DELETE -> delete(event);
            case TRUNCATE -> changes.add(Change.other("TRUNCATE " + table(event) + " CASCADE"));
            case MESSAGE ->
                messages.add(event.name() + ":" + new String(event.message().content(), StandardCharsets.UTF_8));
            case COMMIT_PREPARED, ROLLBACK_PREPARED, READ, SNAPSHOT_COMPLETED ->
                throw new IllegalStateException("unexpected " + event);
        }
    }

    private void insert(Event event) {
        Row row = Objects.requireNonNull(event.newRecord());
        List<Column> columns = held(row);
        String names = columns.stream().map(column -> quoted(column.name())).collect(Collectors.joining(", "));
        String values = columns.stream().map(Replica::parameter).collect(Collectors.joining(", "));
        change("INSERT INTO " + table(event) + " (" + names + ") VALUES (" + values + ")", texts(row, columns));
        if (event.name().equals("ddl")) {
            changes.add(Change.other(Objects.requireNonNull(row.getText("command"))));
        }
    }

    private void update(Event event) {
        Row row = Objects.requireNonNull(event.newRecord());
        Row identity = event.oldRecord() == null ? row : event.oldRecord();
        List<Column> columns = held(row);
        List<Column> key = key(identity);
        String assignments = columns.stream()
                .map(column -> quoted(column.name()) + " = " + parameter(column))
                .collect(Collectors.joining(", "));
        List<@Nullable String> parameters = texts(row, columns);
        parameters.addAll(texts(identity, key));
        change("UPDATE " + table(event) + " SET " + assignments + where(key), parameters);
    }

    private void delete(Event event) {
        Row identity = Objects.requireNonNull(event.oldRecord());
        List<Column> key = key(identity);
        change("DELETE FROM " + table(event) + where(key), texts(identity, key));
    }

    private static List<Column> held(Row row) {
        return row.columns().stream().filter(column -> row.has(column.name())).toList();
    }

    private static List<Column> key(Row row) {
        return held(row).stream().filter(Column::key).toList();
    }

    private static List<@Nullable String> texts(Row row, List<Column> columns) {
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

    private void change(String sql, List<@Nullable String> parameters) {
        changes.add(Change.row(sql, parameters));
    }
}
