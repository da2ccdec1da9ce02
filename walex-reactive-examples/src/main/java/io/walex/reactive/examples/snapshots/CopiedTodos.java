package io.walex.reactive.examples.snapshots;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Row;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The table {@code todo_copy}, to which each event of {@code todo (id, description, done)} is applied. */
final class CopiedTodos {

    private static final String MAKE = """
            CREATE TABLE IF NOT EXISTS todo_copy (id bigint PRIMARY KEY, description text, done boolean)
            """;

    /**
     * A row replaces the one that is there. A large description that an update left alone is not sent, so it stays too.
     * Where there is none yet, the snapshot reads the row again.
     */
    private static final String PUT = """
            INSERT INTO todo_copy AS copy VALUES ($1::bigint, $2, $3::boolean)
                ON CONFLICT (id) DO UPDATE
               SET description = CASE WHEN $4::boolean THEN excluded.description ELSE copy.description END,
                   done = excluded.done
            """;

    private static final String REMOVE = "DELETE FROM todo_copy WHERE id = $1::bigint";

    /** Rather than remove it: its large description is not sent again. */
    private static final String MOVE = "UPDATE todo_copy SET id = $2::bigint WHERE id = $1::bigint";

    private CopiedTodos() {}

    static Mono<Void> make(Connection connection) {
        return execute(connection.createStatement(MAKE));
    }

    static Mono<Void> apply(Connection connection, Event event) {
        return switch (event.type()) {
            case READ, INSERT -> put(connection, after(event));
            case UPDATE -> update(connection, event);
            case DELETE -> remove(connection, Objects.requireNonNull(event.oldRecord()));
            case TRUNCATE -> execute(connection.createStatement("TRUNCATE todo_copy"));
            // From now on the copy equals the table after each transaction.
            default -> Mono.empty();
        };
    }

    private static Mono<Void> update(Connection connection, Event event) {
        Row before = event.oldRecord();
        Row after = after(event);
        if (before == null || Objects.equals(before.getText("id"), after.getText("id"))) {
            return put(connection, after);
        }
        return move(connection, before, after).then(put(connection, after));
    }

    private static Row after(Event event) {
        return Objects.requireNonNull(event.newRecord());
    }

    private static Mono<Void> put(Connection connection, Row todo) {
        boolean sent = todo.has("description");
        Statement put = connection
                .createStatement(PUT)
                .bind("$1", todo.getText("id"))
                .bind("$3", todo.getText("done"))
                .bind("$4", String.valueOf(sent));
        String description = sent && !todo.isNull("description") ? todo.getText("description") : null;
        return execute(description == null ? put.bindNull("$2", String.class) : put.bind("$2", description));
    }

    private static Mono<Void> move(Connection connection, Row before, Row after) {
        return execute(connection
                .createStatement(MOVE)
                .bind("$1", before.getText("id"))
                .bind("$2", after.getText("id")));
    }

    private static Mono<Void> remove(Connection connection, Row todo) {
        return execute(connection.createStatement(REMOVE).bind("$1", todo.getText("id")));
    }

    private static Mono<Void> execute(Statement statement) {
        return Flux.from(statement.execute()).flatMap(Result::getRowsUpdated).then();
    }
}
