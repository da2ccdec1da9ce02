package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.WalEx;
import io.walex.reactive.benchmarks.Target;
import io.walex.reactive.spool.DiskSpool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** This library with its spool on disk, a new one for each pass. */
record SpooledReader() implements Reader {

    @Override
    public long rows(Target target) {
        return target.wanted();
    }

    @Override
    public void read(Target target, Meter meter) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("walex-spool");
        WalEx walex = WalEx.create(WalExReader.config(target, false)
                .mutate()
                .middleware(DiskSpool.in(directory))
                .build());
        CountDownLatch done = new CountDownLatch(1);
        walex.changes()
                .subscribe(
                        event -> {
                            if (meter.row()) {
                                done.countDown();
                            }
                        },
                        error -> done.countDown());
        done.await();
        walex.closeGracefully().block();
        remove(directory);
    }

    private static void remove(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(directory)) {
            files = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
