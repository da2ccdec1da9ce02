package io.walex.reactive.spool;

import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.event.TransactionSignal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Keeps transactions on disk until they are acknowledged, so that a slow or absent consumer does not hold back WAL on
 * the server: {@code config.middleware(DiskSpool.in(directory))}.
 *
 * <ul>
 *   <li>The server is told of a transaction when it is on disk, forced out of all caches ({@code fsync}).
 *   <li>Subscribers get transactions from the spool in commit order, each once per subscription.
 *   <li>A new subscription starts behind the acknowledged prefix: the longest run of acknowledged transactions from the
 *       first.
 *   <li>The process may be killed at any moment. No transaction is lost, and none is stored twice.
 *   <li>An acknowledgement is recorded before the spool answers any demand that came after it. So when transactions are
 *       handled one by one, at most the one in hand comes again.
 * </ul>
 *
 * <p>Each instance has its directory, {@code <directory>/<instance>}. It belongs to one durable slot of one database
 * cluster, and is used by one subscription at a time.
 *
 * <p>Disk use is bounded. At the limit the replication stream pauses until space was reclaimed, and the server keeps
 * the WAL meanwhile. A transaction that is larger than the limit passes through: it is handed out while it arrives, and
 * the server keeps its WAL until it is acknowledged. If the disk is full before the limit, the stream fails with a
 * {@link SpoolException}. A new subscription goes on when there is room.
 *
 * <p>Built on RocksDB, the optional dependency {@code org.rocksdb:rocksdbjni}. Immutable: every method returns a
 * changed copy.
 */
public final class DiskSpool implements Middleware {

    private static final long DEFAULT_LIMIT = 1L << 30;
    private static final long SMALLEST_LIMIT = 1 << 20;

    /** A subscription that was cancelled, which nobody waits for, has its spool for a moment. */
    private static final Duration POLL = Duration.ofMillis(100);

    private static final int LOOKS = 50;

    private final Path directory;
    private final long maxBytes;

    private DiskSpool(Path directory, long maxBytes) {
        this.directory = directory;
        this.maxBytes = maxBytes;
    }

    /**
     * A spool of up to 1 GiB below this directory, which is made when it is needed.
     *
     * @throws SpoolException when RocksDB is not on the class path
     */
    public static DiskSpool in(Path directory) {
        requireRocksDb();
        return new DiskSpool(Objects.requireNonNull(directory, "directory"), DEFAULT_LIMIT);
    }

    /** While it is configured: a class that is missing later is an error that Reactor takes for the JVM's end. */
    private static void requireRocksDb() {
        try {
            Class.forName("org.rocksdb.RocksDB", false, DiskSpool.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new SpoolException(
                    "DiskSpool keeps transactions in RocksDB, which is not on the class path; add the dependency org.rocksdb:rocksdbjni",
                    e);
        }
    }

    /**
     * How many bytes of transactions are kept; at least 1 MiB, 1 GiB by default. Space is reclaimed in pieces of an
     * eighth of that, up to 64 MiB each. The files take up to a quarter more, and at least some MiB, for the store's
     * own log and for what passes through.
     */
    public DiskSpool maxBytes(long value) {
        if (value < SMALLEST_LIMIT) {
            throw new IllegalArgumentException("maxBytes must be at least " + SMALLEST_LIMIT + ", was " + value);
        }
        return new DiskSpool(directory, value);
    }

    @Override
    public Flux<TransactionSignal> apply(Flux<TransactionSignal> signals, Link link) {
        return Flux.usingWhen(
                open(link),
                spool -> spool.through(signals),
                // A graceful end: what was handed out may still be acknowledged, until the subscription closes it.
                spool -> Mono.empty(),
                (spool, error) -> spool.close(),
                RunningSpool::close);
    }

    private Mono<RunningSpool> open(Link link) {
        return Mono.fromCallable(() -> openStore(link))
                .retryWhen(Retry.fixedDelay(LOOKS, POLL)
                        .filter(SpoolStore::isInUse)
                        .scheduler(Schedulers.boundedElastic())
                        .onRetryExhaustedThrow((looks, last) -> last.failure()))
                // A subscription that is cancelled while it opens must not keep the lock.
                .doOnDiscard(SpoolStore.class, SpoolStore::close)
                .map(store -> new RunningSpool(store, link, maxBytes));
    }

    private SpoolStore openStore(Link link) {
        if (!(link.config().slot() instanceof SlotSpec.Durable slot)) {
            throw new SpoolException(
                    "A spool takes a durable slot: a temporary one would leave a gap behind what is spooled; use SlotSpec.durable(name)",
                    null);
        }
        Path own = directory.resolve(link.config().name().replaceAll("[^A-Za-z0-9._-]", "_"));
        return SpoolStore.open(own, maxBytes, link.config().database() + "/" + slot.name());
    }
}
