package io.walex.reactive.snapshot;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.SnapshotException;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.server.SqlLiterals;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Keeps progress in a table of PostgreSQL, see {@link SnapshotStores#table}. A row has two texts. One is written by the
 * library after the consumer has acknowledged. The other, if any, is written by the consumer in the transaction that
 * stores the effect of the rows. A snapshot goes on from both: nothing that either says is done is read again.
 */
public final class TableSnapshotStore implements SnapshotStore {

    private final ConnectionFactory connections;
    private final String table;

    TableSnapshotStore(ConnectionFactory connections, String table) {
        this.connections = Objects.requireNonNull(connections, "connections");
        this.table = quoted(table);
    }

    private static String quoted(String table) {
        TablePattern name;
        try {
            name = TablePattern.parse(table);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigException("Invalid table of a snapshot store: " + e.getMessage(), e);
        }
        if (name.table() == null || table.startsWith("*")) {
            throw new InvalidConfigException(
                    "A snapshot store is one table, such as \"walex_snapshot\" or \"app.walex_snapshot\", not " + table,
                    null);
        }
        String unqualified = SqlLiterals.identifier(name.table());
        return name.schema() == null ? unqualified : SqlLiterals.identifier(name.schema()) + "." + unqualified;
    }

    /**
     * Stores how far the snapshot is, within the transaction that is open on this connection. If the transaction also
     * stores the effect of the slice's events, then after a crash both are there or neither is: these rows are not read
     * again. Commit before you acknowledge the slice.
     *
     * <p>Do so for each slice of the snapshot, also for one without events of interest. It does nothing for a slice that
     * is no further than the one before. It fails with the driver's error.
     */
    public Mono<Void> save(Connection connection, SnapshotSlice slice) {
        String progress = slice.progress();
        return progress == null
                ? Mono.empty()
                : Mono.defer(() -> update(connection, """
                        INSERT INTO %s (key, consumed) VALUES ($1, $2)
                            ON CONFLICT (key) DO UPDATE SET consumed = excluded.consumed, updated_at = excluded.updated_at
                        """.formatted(table), ProgressJson.keyOf(progress), progress));
    }

    /** Makes the table when it is missing. */
    @Override
    public Mono<String> load(String key) {
        return connected(key, "read from", connection -> make(connection).then(read(connection, key)));
    }

    private Mono<String> read(Connection connection, String key) {
        return rows(
                        connection,
                        "SELECT acknowledged, consumed FROM %s WHERE key OPERATOR(pg_catalog.=) $1".formatted(table),
                        key)
                .flatMap(result -> result.map(Saved::of))
                .singleOrEmpty()
                .flatMap(saved -> combined(connection, key, saved));
    }

    private record Saved(
            @Nullable String acknowledged, @Nullable String consumed) {

        private static Saved of(Readable row) {
            return new Saved(row.get(0, String.class), row.get(1, String.class));
        }
    }

    private Mono<String> combined(Connection connection, String key, Saved saved) {
        if (saved.acknowledged == null || saved.consumed == null) {
            return Mono.justOrEmpty(saved.acknowledged == null ? saved.consumed : saved.acknowledged);
        }
        SnapshotProgress acknowledged = SnapshotProgress.parse(saved.acknowledged, key);
        SnapshotProgress consumed = SnapshotProgress.parse(saved.consumed, key);
        return acknowledged.isComparable(consumed)
                ? Mono.just(acknowledged.with(consumed).toJson())
                // It must not come back into force with a later snapshot that is as the former was.
                : update(
                                connection,
                                "UPDATE %s SET consumed = NULL WHERE key OPERATOR(pg_catalog.=) $1".formatted(table),
                                key)
                        .thenReturn(saved.acknowledged);
    }

    /** The commit is safe on disk, also where the role's usually are not. */
    @Override
    public Mono<Void> save(String key, String progress) {
        return connected(key, "written to", connection -> update(connection, """
                        INSERT INTO %s (key, acknowledged)
                        SELECT $1, $2
                          FROM pg_catalog.current_setting('synchronous_commit') AS usual,
                               pg_catalog.set_config(
                                   'synchronous_commit',
                                   CASE WHEN usual OPERATOR(pg_catalog.=) 'off' THEN 'local' ELSE usual END,
                                   true)
                            ON CONFLICT (key) DO UPDATE
                           SET acknowledged = excluded.acknowledged, updated_at = excluded.updated_at
                        """.formatted(table), key, progress));
    }

    /** Only if it is missing: also {@code IF NOT EXISTS} takes the right to make one. */
    private Mono<Void> make(Connection connection) {
        Mono<Boolean> exists = rows(connection, "SELECT pg_catalog.to_regclass($1) IS NOT NULL", table)
                .flatMap(result -> result.map(row -> Boolean.TRUE.equals(row.get(0, Boolean.class))))
                .single();
        return exists.filter(there -> !there)
                .flatMap(missing -> update(connection, """
                                CREATE TABLE IF NOT EXISTS %s (
                                    key pg_catalog.text PRIMARY KEY,
                                    acknowledged pg_catalog.text,
                                    consumed pg_catalog.text,
                                    updated_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now())
                                """.formatted(table))
                        // Two that make it at the same time collide in the catalog.
                        .onErrorResume(
                                R2dbcException.class,
                                failed -> exists.flatMap(made -> made ? Mono.empty() : Mono.error(failed))));
    }

    private <T> Mono<T> connected(String key, String done, Function<Connection, Mono<T>> work) {
        return Mono.usingWhen(
                        connections.create(),
                        work,
                        Connection::close,
                        (connection, error) -> connection.close(),
                        Connection::close)
                .onErrorMap(error -> !(error instanceof SnapshotException), error -> failed(key, done, error));
    }

    private SnapshotException failed(String key, String done, Throwable error) {
        return new SnapshotException(
                "Progress of snapshot \"%s\" cannot be %s table %s: %s. The role of the store's connections needs SELECT, INSERT and UPDATE on that table, which has the columns key, acknowledged, consumed and updated_at; or, where it is to be made, CREATE on its schema"
                        .formatted(key, done, table, error.getMessage()),
                error);
    }

    private static Mono<Void> update(Connection connection, String sql, String... values) {
        return rows(connection, sql, values).flatMap(Result::getRowsUpdated).then();
    }

    private static Flux<Result> rows(Connection connection, String sql, String... values) {
        Statement statement = connection.createStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.bind(i, values[i]);
        }
        return Flux.from(statement.execute());
    }

    @Override
    public String toString() {
        return "table(" + table + ")";
    }
}
