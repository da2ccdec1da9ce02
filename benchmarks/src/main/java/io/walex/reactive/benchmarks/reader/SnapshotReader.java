package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.WalEx;
import io.walex.reactive.benchmarks.Target;
import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.snapshot.SnapshotStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * This library's initial snapshot of the first table, its progress kept in a directory. Where latency is measured, it is that
 * of the changes which come between the snapshot's first row and its last.
 */
record SnapshotReader(int connections, Consumer<Event> work) implements Reader {

    @Override
    public void read(Target target, Meter meter) throws Exception {
        Path store = Files.createTempDirectory("walex-snapshot");
        // Not before: what was acknowledged last may still be written.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(store)));
        WalEx walex = WalEx.create(WalExReader.config(target, false)
                .mutate()
                .snapshot(SnapshotSpec.initial(target.tables().get(0))
                        .store(SnapshotStores.directory(store))
                        .options(SnapshotOptions.DEFAULT.connections(connections)))
                .build());
        read(walex, meter);
        walex.closeGracefully().block();
    }

    private void read(WalEx walex, Meter meter) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        walex.changes()
                .subscribe(
                        event -> {
                            take(event, meter);
                            if (event.type() == EventType.SNAPSHOT_COMPLETED) {
                                done.countDown();
                            }
                        },
                        error -> {
                            failure.set(error);
                            done.countDown();
                        });
        done.await();
        if (failure.get() != null) {
            throw new IllegalStateException(failure.get());
        }
    }

    private void take(Event event, Meter meter) {
        work.accept(event);
        if (event.type() == EventType.READ) {
            meter.row();
        } else if (meter.wantsLatency() && meter.isRunning()) {
            meter.committedAt(ChronoUnit.MICROS.between(Instant.EPOCH, event.timestamp()));
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            System.err.println("Left behind: " + e);
        }
    }
}
