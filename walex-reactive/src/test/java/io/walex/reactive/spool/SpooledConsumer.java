package io.walex.reactive.spool;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Transaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import reactor.core.publisher.Mono;

/**
 * Reads through a spool and appends a line per transaction to a file, {@code <process> <commit LSN> <first id>-<last id>}, before
 * it acknowledges. To be killed.
 */
final class SpooledConsumer {

    private SpooledConsumer() {}

    public static void main(String[] arguments) {
        Path output = Path.of(arguments[2]);
        String start = Long.toString(ProcessHandle.current().pid());
        WalEx.create(WalExConfig.fromUrl(arguments[0])
                        .publication("events")
                        .slot(SlotSpec.durable("walex"))
                        .statusInterval(Duration.ofMillis(10))
                        .middleware(DiskSpool.in(Path.of(arguments[1])).maxBytes(1 << 20))
                        .build())
                .transactions()
                .concatMap(transaction -> handle(transaction, start, output), 0)
                .blockLast();
    }

    private static Mono<Void> handle(Transaction transaction, String start, Path output) {
        return transaction
                .events()
                .map(event -> event.newRecord().get("id", Integer.class))
                .collectList()
                .map(SpooledConsumer::range)
                .delayElement(Duration.ofMillis(ThreadLocalRandom.current().nextInt(3)))
                .doOnNext(ids -> append(output, start + " " + transaction.commitLsn() + " " + ids + "\n"))
                .then(Mono.fromRunnable(transaction::acknowledge));
    }

    /** The ids of whole transactions have no gap. */
    private static String range(List<Integer> ids) {
        int first = ids.get(0);
        int last = ids.get(ids.size() - 1);
        return ids.size() == last - first + 1 ? first + "-" + last : "torn: " + ids;
    }

    private static void append(Path output, String line) {
        try {
            Files.write(
                    output,
                    line.getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
