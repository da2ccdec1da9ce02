package io.walex.reactive.spool;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.SignalCodec;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.StreamIdentity;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.event.TypeSource;
import io.walex.reactive.pgoutput.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** One subscription's spool, between signals that a test gives and a subscriber that takes all. No server. */
final class SpoolRun implements Middleware.Link, AutoCloseable {

    private static final WalExConfig CONFIG = WalExConfig.fromUrl("postgresql://walex@localhost/shop")
            .publication("events")
            .slot(SlotSpec.durable("walex"))
            .build();

    private static final Middleware.Server SERVER = new Middleware.Server() {
        @Override
        public String systemIdentifier() {
            return "1";
        }

        @Override
        public int timeline() {
            return 1;
        }

        @Override
        public Mono<Lsn> endOf(int timeline) {
            return Mono.just(Lsn.INVALID);
        }
    };

    private final BlockingQueue<TransactionSignal> out = new LinkedBlockingQueue<>();
    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    private final List<Lsn> confirmed = new CopyOnWriteArrayList<>();
    private final SignalCodec codec =
            new SignalCodec(new StreamIdentity("test", "0", "shop"), TypeSource.of(TypeRegistry.builtIn()));
    private Function<Middleware.Server, Mono<Void>> onConnected = server -> Mono.empty();
    private Consumer<Lsn> onAcknowledged = end -> {};
    private Consumer<SnapshotSlice> onSliceAcknowledged = slice -> {};
    private Mono<Void> closing = Mono.empty();
    private final Disposable subscription;

    SpoolRun(DiskSpool spool, Flux<TransactionSignal> signals) {
        Sinks.Empty<Void> connected = Sinks.empty();
        Flux<TransactionSignal> received = connected.asMono().thenMany(signals);
        subscription = spool.apply(received, this).subscribe(out::add, failure::complete);
        onConnected.apply(SERVER).block(PATIENCE);
        connected.tryEmitEmpty();
    }

    /** The next signals, which must come. */
    List<TransactionSignal> take(int count) throws InterruptedException {
        List<TransactionSignal> taken = new ArrayList<>();
        while (taken.size() < count) {
            TransactionSignal next = out.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(next).as("signal behind %s", taken).isNotNull();
            taken.add(next);
        }
        return taken;
    }

    Throwable failure() {
        return failure.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
    }

    List<Lsn> confirmed() {
        return confirmed;
    }

    void acknowledge(Lsn end) {
        onAcknowledged.accept(end);
    }

    void acknowledge(SnapshotSlice slice) {
        onSliceAcknowledged.accept(slice);
    }

    /** Ends it where it is. What was not acknowledged stays. */
    @Override
    public void close() {
        subscription.dispose();
        closing.block(PATIENCE);
    }

    @Override
    public WalExConfig config() {
        return CONFIG;
    }

    @Override
    public void onConnected(Function<Middleware.Server, Mono<Void>> listener) {
        onConnected = listener;
    }

    @Override
    public void onSlotMissing(Runnable check) {}

    @Override
    public void awaitClosed(Mono<Void> closed) {
        closing = closed;
    }

    @Override
    public SignalCodec codec() {
        return codec;
    }

    @Override
    public void onAcknowledged(Consumer<Lsn> listener) {
        onAcknowledged = listener;
    }

    @Override
    public void onSliceAcknowledged(Consumer<SnapshotSlice> listener) {
        onSliceAcknowledged = listener;
    }

    @Override
    public void confirm(Lsn end) {
        confirmed.add(end);
    }
}
