package io.walex.reactive.examples.snapshots;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Result;
import io.walex.reactive.WalEx;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.snapshot.SnapshotStores;
import io.walex.reactive.snapshot.TableSnapshotStore;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Copies a table, a transaction by a transaction. Each one's rows go into the copy together with how far that is: the
 * commit's position, or how far the snapshot is. So whoever reads the copy never sees half a transaction, and a crash
 * leaves no effect without its progress nor progress without its effect.
 */
public final class ExactTodoCopy {

    private static final String MAKE_POSITION = """
            CREATE TABLE IF NOT EXISTS todo_copy_position (only_row boolean PRIMARY KEY, commit_lsn pg_lsn NOT NULL)
            """;

    private static final String FIRST_POSITION = """
            INSERT INTO todo_copy_position VALUES (true, '0/0') ON CONFLICT DO NOTHING
            """;

    /** Updates no row where this transaction, or a later one, is in the copy. */
    private static final String MOVE_ON = """
            UPDATE todo_copy_position SET commit_lsn = $1::pg_lsn WHERE commit_lsn < $1::pg_lsn
            """;

    private final ConnectionFactory copy;
    private final TableSnapshotStore store;

    ExactTodoCopy(ConnectionFactory copy) {
        this.copy = copy;
        this.store = SnapshotStores.table(copy, "todo_copy_snapshot");
    }

    /** Ends when the stream does. */
    Mono<Void> run(String url) {
        return Mono.usingWhen(copy.create(), ExactTodoCopy::make, Connection::close)
                .thenMany(WalEx.transactions(TodoCopy.config(url, store)))
                .concatMap(this::apply, 0)
                .then();
    }

    private static Mono<Void> make(Connection connection) {
        return CopiedTodos.make(connection)
                .then(update(connection, MAKE_POSITION))
                .then(update(connection, FIRST_POSITION))
                .then();
    }

    private Mono<Void> apply(Transaction transaction) {
        return Mono.usingWhen(copy.create(), connection -> apply(connection, transaction), Connection::close)
                .then(Mono.fromRunnable(transaction::acknowledge));
    }

    /** A connection that is closed before the commit takes all of it back. */
    private Mono<Void> apply(Connection connection, Transaction transaction) {
        return Mono.from(connection.beginTransaction())
                .then(moveOn(connection, transaction))
                .filter(isNew -> isNew)
                .flatMap(isNew -> transaction
                        .events()
                        .concatMap(event -> CopiedTodos.apply(connection, event), 0)
                        .then())
                .then(Mono.from(connection.commitTransaction()));
    }

    /** Stores how far this brings the copy. */
    private Mono<Boolean> moveOn(Connection connection, Transaction transaction) {
        SnapshotSlice slice = transaction.snapshot();
        return slice == null
                ? update(connection, MOVE_ON, transaction.commitLsn().toString())
                        .map(rows -> rows == 1)
                : store.save(connection, slice).thenReturn(true);
    }

    private static Mono<Long> update(Connection connection, String sql, String... values) {
        var statement = connection.createStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.bind(i, values[i]);
        }
        return Flux.from(statement.execute()).flatMap(Result::getRowsUpdated).reduce(0L, Long::sum);
    }

    /** Arguments: the database's URL, the copy's R2DBC URL. */
    public static void main(String[] arguments) {
        new ExactTodoCopy(ConnectionFactories.get(arguments[1]))
                .run(arguments[0])
                .block();
    }
}
