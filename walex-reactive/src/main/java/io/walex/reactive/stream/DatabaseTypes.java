package io.walex.reactive.stream;

import io.walex.reactive.codec.PgType;
import io.walex.reactive.codec.TypeCatalog;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.event.TypeSource;
import io.walex.reactive.server.Connector;
import io.walex.reactive.server.ServerConnection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/**
 * The types of the subscription's database, read when it connects, when a relation has one that is not known, and when a
 * row shows that one was altered.
 */
final class DatabaseTypes implements TypeSource {

    private final TypeRegistry configured;
    private final Mono<Void> reload;
    private final Executor eventLoop;
    private final Runnable onRefreshed;
    private final Consumer<Throwable> onFailure;
    private volatile Known known;

    /**
     * What one look into the catalog gave.
     *
     * @param types for rows from before it
     * @param newer for rows from after it
     * @param readAt when that was
     * @param outdated whether a row from after it has other types
     */
    private record Known(TypeRegistry types, TypeRegistry newer, CatalogSnapshot readAt, AtomicBoolean outdated) {

        static Known of(TypeRegistry types, CatalogSnapshot readAt) {
            AtomicBoolean outdated = new AtomicBoolean();
            TypeRegistry newer =
                    types.mutate().onOutdated(() -> outdated.set(true)).build();
            return new Known(types, newer, readAt, outdated);
        }
    }

    /**
     * Starts with the configured types.
     *
     * @param connector makes a connection for each look into the catalog
     * @param eventLoop where {@link #refresh} reports; it drops what comes after its end
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
        this.known = Known.of(configured, CatalogSnapshot.NONE);
        this.reload = ServerConnection.use(connector, this::read)
                .doOnNext(this::useLater)
                .then();
        this.eventLoop = eventLoop;
        this.onRefreshed = onRefreshed;
        this.onFailure = onFailure;
    }

    Mono<Void> load(ServerConnection server) {
        return read(server).doOnNext(read -> known = read).then();
    }

    /** A stream that connected anew meanwhile may have read a later one. */
    private void useLater(Known read) {
        if (read.readAt.next() >= known.readAt.next()) {
            known = read;
        }
    }

    private Mono<Known> read(ServerConnection server) {
        // A snapshot from before is a safe one.
        return server.rows(CatalogSnapshot.QUERY)
                .single()
                .map(CatalogSnapshot::of)
                .zipWhen(snapshot -> readTypes(server))
                .map(read -> Known.of(read.getT2(), read.getT1()));
    }

    private Mono<TypeRegistry> readTypes(ServerConnection server) {
        Mono<List<PgType>> described = server.rows(TypeCatalog.TYPES)
                .map(row -> TypeCatalog.type(row::get))
                .collectList();
        Mono<Integer> moneyScale = server.rows(TypeCatalog.MONEY_SCALE)
                .single()
                .map(row -> Integer.parseInt(row.getOrDefault("scale", "2")));
        return described
                .zipWhen(all -> moneyScale)
                .map(read -> configured
                        .mutate()
                        .types(read.getT1())
                        .moneyScale(read.getT2())
                        .build());
    }

    @Override
    public TypeRegistry types() {
        return known.types;
    }

    @Override
    public TypeRegistry typesOf(int xid) {
        Known current = known;
        if (current.readAt.isLongBefore(xid)) {
            current.outdated.set(true);
        }
        return current.readAt.isAfter(xid) ? current.types : current.newer;
    }

    @Override
    public boolean isOutdated() {
        return known.outdated.get();
    }

    @Override
    public boolean isReadAfter(int xid) {
        return known.readAt.isAfter(xid);
    }

    @Override
    public void refresh(Runnable done) {
        reload.subscribe(new BaseSubscriber<Void>() {
            @Override
            protected void hookOnComplete() {
                eventLoop.execute(() -> {
                    done.run();
                    onRefreshed.run();
                });
            }

            @Override
            protected void hookOnError(Throwable error) {
                eventLoop.execute(() -> onFailure.accept(error));
            }
        });
    }
}
