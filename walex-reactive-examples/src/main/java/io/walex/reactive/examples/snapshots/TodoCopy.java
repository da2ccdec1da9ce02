package io.walex.reactive.examples.snapshots;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.handler.HandlerRegistry;
import io.walex.reactive.handler.Handlers;
import io.walex.reactive.snapshot.SnapshotStores;
import java.nio.file.Path;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Copies a table with handlers. How far the snapshot is stands in a directory. After a crash the last rows come again, and
 * replace themselves: that is enough for whatever is written by key, such as an index or a cache on disk.
 *
 * <p>Start with an empty copy when the slot was lost: rows that were deleted meanwhile are not named.
 */
public final class TodoCopy implements HandlerModule {

    private final ConnectionFactory copy;

    TodoCopy(ConnectionFactory copy) {
        this.copy = copy;
    }

    static WalExConfig config(String url, SnapshotStore store) {
        return WalExConfig.fromUrl(url)
                .name("todo-copy")
                .publication("events")
                .subscribe("todo")
                .slot(SlotSpec.durable("todo_copy"))
                .snapshot(SnapshotSpec.initial("todo").store(store))
                .build();
    }

    /** Ends when the stream does. */
    Mono<Void> run(WalEx walex) {
        return Mono.usingWhen(copy.create(), CopiedTodos::make, Connection::close)
                .then(Handlers.builder().module(this).build().run(walex));
    }

    @Override
    public void register(HandlerRegistry<?> on) {
        on.onEvent("todo", this::apply);
    }

    private Mono<Void> apply(List<Event> todos) {
        return Mono.usingWhen(
                copy.create(),
                connection -> Flux.fromIterable(todos)
                        .concatMap(todo -> CopiedTodos.apply(connection, todo))
                        .then(),
                Connection::close);
    }

    /** Arguments: the database's URL, the copy's R2DBC URL, a directory. */
    public static void main(String[] arguments) {
        SnapshotStore store = SnapshotStores.directory(Path.of(arguments[2]));
        new TodoCopy(ConnectionFactories.get(arguments[1]))
                .run(WalEx.create(config(arguments[0], store)))
                .block();
    }
}
