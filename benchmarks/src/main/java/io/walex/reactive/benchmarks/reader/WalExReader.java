package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.WalEx;
import io.walex.reactive.benchmarks.Target;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SslMode;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventJson;
import io.walex.reactive.event.Row;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** This library. */
record WalExReader(boolean binary, boolean transactions, Consumer<Event> work) implements Reader {

    /** Where read values go, so that nobody can say they were not wanted. */
    @SuppressWarnings("UnusedVariable")
    private static int sink;

    static WalExReader changes(Consumer<Event> work) {
        return new WalExReader(false, false, work);
    }

    static void unread(Event event) {}

    /** Decodes all columns of the new and the old row. */
    static void allColumns(Event event) {
        readAll(event.newRecord());
        readAll(event.oldRecord());
    }

    static void json(Event event) {
        sink += EventJson.toJsonBytes(event).length;
    }

    private static void readAll(@Nullable Row row) {
        if (row != null) {
            row.forEach((column, value) -> sink += value == null ? 0 : value.hashCode());
        }
    }

    @Override
    public long rows(Target target) {
        return target.wanted();
    }

    @Override
    public void read(Target target, Meter meter) throws Exception {
        WalEx walex = WalEx.create(config(target, binary));
        CountDownLatch done = new CountDownLatch(1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        rows(walex, meter)
                .subscribe(
                        last -> {
                            if (last) {
                                done.countDown();
                            }
                        },
                        error -> {
                            failure.set(error);
                            done.countDown();
                        });
        done.await();
        walex.closeGracefully().block();
        // A transaction that is open at the end fails, and is of no interest any more.
        if (failure.get() != null && !meter.isDone()) {
            throw new IllegalStateException(failure.get());
        }
    }

    private Flux<Boolean> rows(WalEx walex, Meter meter) {
        return transactions
                ? walex.transactions()
                        .concatMap(transaction -> transaction
                                .events()
                                .map(event -> count(event, meter))
                                .concatWith(Mono.fromRunnable(transaction::acknowledge)))
                : walex.changes().map(event -> count(event, meter));
    }

    private boolean count(Event event, Meter meter) {
        work.accept(event);
        if (meter.wantsLatency()) {
            meter.committedAt(ChronoUnit.MICROS.between(Instant.EPOCH, event.timestamp()));
        }
        return meter.row();
    }

    static WalExConfig config(Target target, boolean binary) {
        return WalExConfig.builder()
                .host(target.host())
                .port(target.port())
                .username(target.username())
                .database(target.database())
                .sslMode(SslMode.DISABLE)
                .publication(target.publication())
                .subscribe(target.tables().toArray(String[]::new))
                .slot(SlotSpec.durable(target.slot()))
                .binary(binary)
                .build();
    }
}
