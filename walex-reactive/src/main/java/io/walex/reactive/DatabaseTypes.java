package io.walex.reactive;

import io.walex.reactive.codec.PgType;
import io.walex.reactive.codec.TypeCatalog;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.event.TypeSource;
import io.walex.reactive.replication.Connector;
import io.walex.reactive.replication.ServerConnection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/** The types of the subscription's database, read when it connects and when a relation has one that is not known. */
final class DatabaseTypes implements TypeSource {

    private final TypeRegistry configured;
    private final Mono<Void> reload;
    private final Executor eventLoop;
    private final Runnable onRefreshed;
    private final Consumer<Throwable> onFailure;
    private volatile TypeRegistry types;
    private volatile CatalogSnapshot readAt = CatalogSnapshot.NONE;

    /**
     * Starts with the configured types.
     *
     * @param connector makes a connection for each look into the catalog
     * @param eventLoop where {@link #refresh} reports
     * @param onRefreshed run there after that, to go on with what waited for the types
     * @param onFailure told there when the types cannot be read
     */
    DatabaseTypes(
            TypeRegistry configured,
            Connector connector,
            Executor eventLoop,
            Runnable onRefreshed,
            Consumer<Throwable> onFailure) {
        this.configured = configured;
        this.types = configured;
        this.reload = ServerConnection.use(connector, this::load);
        this.eventLoop = eventLoop;
        this.onRefreshed = onRefreshed;
        this.onFailure = onFailure;
    }

    Mono<Void> load(ServerConnection server) {
        // A snapshot from before is a safe one.
        return server.rows("SELECT pg_catalog.pg_current_snapshot()::text AS snapshot")
                .single()
                .map(row -> CatalogSnapshot.parse(Objects.requireNonNull(row.get("snapshot"))))
                .delayUntil(snapshot -> loadTypes(server))
                .doOnNext(snapshot -> readAt = snapshot)
                .then();
    }

    private Mono<Void> loadTypes(ServerConnection server) {
        Mono<List<PgType>> described = server.rows(TypeCatalog.TYPES)
                .map(row -> TypeCatalog.type(row::get))
                .collectList();
        Mono<Integer> moneyScale = server.rows(TypeCatalog.MONEY_SCALE)
                .single()
                .map(row -> Integer.parseInt(row.getOrDefault("scale", "2")));
        return described
                .zipWhen(all -> moneyScale)
                .doOnNext(read -> types = configured
                        .mutate()
                        .types(read.getT1())
                        .moneyScale(read.getT2())
                        .build())
                .then();
    }

    @Override
    public TypeRegistry types() {
        return types;
    }

    @Override
    public boolean isReadAfter(int xid) {
        return readAt.isAfter(xid);
    }

    @Override
    public void refresh(Runnable done) {
        reload.subscribe(new BaseSubscriber<Void>() {
            @Override
            protected void hookOnComplete() {
                onEventLoop(() -> {
                    done.run();
                    onRefreshed.run();
                });
            }

            @Override
            protected void hookOnError(Throwable error) {
                onEventLoop(() -> onFailure.accept(error));
            }
        });
    }

    private void onEventLoop(Runnable report) {
        try {
            eventLoop.execute(report);
        } catch (RejectedExecutionException ended) {
            // The subscription is over; nothing waits for the types.
        }
    }
}
