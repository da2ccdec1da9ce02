package io.walex.reactive.spool;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Transaction;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.RocksDB;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads through a spool while no file may grow beyond a limit, which stands for a full disk, and once more without it, to a
 * last id. Prints the error of the first subscription, and the ids that each has seen.
 */
final class FullDiskConsumer {

    private FullDiskConsumer() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        WalEx walEx = WalEx.create(WalExConfig.fromUrl(arguments[0])
                .publication("events")
                .slot(SlotSpec.durable("walex"))
                .statusInterval(Duration.ofMillis(10))
                .middleware(DiskSpool.in(Path.of(arguments[1])))
                .build());
        String last = arguments[2];
        // It unpacks itself into a file that is larger than the limit.
        RocksDB.loadLibrary();
        limitFiles(arguments[3]);
        List<String> seen = new ArrayList<>();
        try {
            ids(walEx).doOnNext(seen::add).takeUntil(last::equals).blockLast(PATIENCE);
        } catch (SpoolException full) {
            System.out.println(full.getMessage());
        }
        System.out.println(String.join(",", seen));

        limitFiles("unlimited");
        System.out.println(String.join(
                ",", ids(walEx).takeUntil(last::equals).collectList().block(PATIENCE)));
    }

    /** The soft limit of this process; the error is EFBIG where a full disk's is ENOSPC. */
    private static void limitFiles(String bytes) throws IOException, InterruptedException {
        String self = Long.toString(ProcessHandle.current().pid());
        Process process = new ProcessBuilder("prlimit", "--pid", self, "--fsize=" + bytes + ":")
                .inheritIO()
                .start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("prlimit failed");
        }
    }

    private static Flux<String> ids(WalEx walEx) {
        return walEx.transactions().concatMap(FullDiskConsumer::acknowledged, 0);
    }

    private static Mono<String> acknowledged(Transaction transaction) {
        return transaction
                .events()
                .map(event -> event.newRecord().getText("id"))
                .last()
                .doOnNext(id -> transaction.acknowledge());
    }
}
