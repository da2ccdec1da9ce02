package io.walex.reactive.snapshot;

import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.replication.SubscriptionLoop;
import io.walex.reactive.server.Connector;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Has a snapshot's chunks read, a few ahead of what is delivered. Confined to the subscription's event loop.
 *
 * <p>A chunk is asked for only while few are held, and its transaction ends when its rows have come, whoever wants them. So
 * no transaction waits for a subscriber.
 */
final class ChunkReading {

    /** Read ahead at most, chunks and bytes. */
    private static final int MOST_HELD = 4;

    private static final long MOST_BYTES = 16 << 20;

    /** What a chunk may come to, where its table's values differ much in size. */
    private static final long MOST_OF_A_CHUNK = 8 << 20;

    /** What is read as quickly may be more the next time, up to what is configured. */
    private static final long QUICK_MILLIS = 60;

    private static final long FIRST_PAUSE_MILLIS = 5;
    private static final long LONGEST_PAUSE_MILLIS = 1000;

    /** What the snapshot does with what comes. */
    interface Listener {

        /** The next chunk to be read; null when there is none now. */
        @Nullable
        HeldChunk claim();

        /** The rows have come. */
        Verdict arrived(HeldChunk chunk, ChunkRows rows);

        /** It could not be read for a reason that is not the connection's. */
        Verdict failed(HeldChunk chunk, Throwable error);
    }

    /** What becomes of a chunk that was read. */
    enum Verdict {
        /** It waits to be delivered. */
        HELD,
        /** It is done with. */
        DROPPED,
        /** It was given back, and reading goes on after a pause. */
        LATER
    }

    private final SubscriptionLoop loop;
    private final SnapshotOptions options;
    private final String where;
    private final Listener listener;
    private final List<ChunkWorker> workers;
    private final List<HeldChunk> held = new ArrayList<>();
    private int reading;
    private long heldBytes;
    private boolean running;
    private boolean pausing;
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    /** With a bound on rows: when the next may be read, by the clock of the event loop. */
    private long nextAt;

    ChunkReading(SubscriptionLoop loop, Connector connector, SnapshotOptions options, String where, Listener listener) {
        this.loop = loop;
        this.options = options;
        this.where = where;
        this.listener = listener;
        this.nextAt = now();
        this.workers = Stream.generate(() -> new ChunkWorker(connector, loop))
                .limit(options.connections())
                .toList();
    }

    /** Reads as much as may be held. */
    void run() {
        running = true;
        readOn();
    }

    /** Starts no more chunks. */
    void pause() {
        running = false;
    }

    /** Those that have come, in that order. */
    List<HeldChunk> held() {
        return held;
    }

    /** A chunk is held no longer. */
    void release(HeldChunk chunk) {
        if (held.remove(chunk)) {
            heldBytes -= chunk.rows().rows().bytes();
        }
        readOn();
    }

    void readOn() {
        if (!running || pausing) {
            return;
        }
        for (ChunkWorker worker : workers) {
            if (worker.isIdle() && !readNext(worker)) {
                return;
            }
        }
    }

    private boolean readNext(ChunkWorker worker) {
        if (held.size() + reading >= Math.max(MOST_HELD, 2 * workers.size()) || heldBytes >= MOST_BYTES) {
            return false;
        }
        long early = nextAt - now();
        if (options.rowsPerSecond() > 0 && early > 0) {
            pauseFor(TimeUnit.NANOSECONDS.toMillis(early) + 1);
            return false;
        }
        HeldChunk chunk = listener.claim();
        if (chunk == null) {
            return false;
        }
        reading++;
        chunk.asked(now());
        SourceTable table = chunk.source.table();
        ChunkQuery query = chunk.portion.query(where, MOST_OF_A_CHUNK);
        worker.read(connection -> connection.read(table, query), (rows, error) -> came(worker, chunk, rows, error));
        return true;
    }

    private void came(ChunkWorker worker, HeldChunk chunk, @Nullable ChunkRows rows, @Nullable Throwable error) {
        reading--;
        Verdict verdict = rows != null ? arrived(chunk, rows) : failed(worker, chunk, cause(error));
        if (verdict == Verdict.LATER) {
            pauseFor(pauseMillis);
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        } else {
            pauseMillis = FIRST_PAUSE_MILLIS;
        }
        readOn();
    }

    private static Throwable cause(@Nullable Throwable error) {
        return error == null ? new IllegalStateException("A chunk was read and did not come") : error;
    }

    private Verdict arrived(HeldChunk chunk, ChunkRows rows) {
        if (options.rowsPerSecond() > 0) {
            long took = TimeUnit.SECONDS.toNanos(rows.rows().rows()) / options.rowsPerSecond();
            nextAt = Math.max(nextAt, now()) + took;
        }
        chunk.arrived(rows, now());
        if (chunk.tookMillis() < QUICK_MILLIS) {
            chunk.source.readMore();
        }
        Verdict verdict = listener.arrived(chunk, rows);
        if (verdict == Verdict.HELD) {
            held.add(chunk);
            heldBytes += rows.rows().bytes();
        }
        return verdict;
    }

    private Verdict failed(ChunkWorker worker, HeldChunk chunk, Throwable error) {
        if (error instanceof OversizedChunk || error instanceof SlowChunk) {
            chunk.source.readLess();
            chunk.run.againInParts(chunk);
            return error instanceof SlowChunk ? Verdict.LATER : Verdict.DROPPED;
        }
        if (error instanceof LockedTable) {
            chunk.run.again(chunk);
            return Verdict.LATER;
        }
        worker.disconnectIfBroken();
        return listener.failed(chunk, error);
    }

    private void pauseFor(long millis) {
        pausing = true;
        loop.scheduler()
                .schedule(
                        () -> {
                            pausing = false;
                            readOn();
                        },
                        millis,
                        TimeUnit.MILLISECONDS);
    }

    private long now() {
        return loop.scheduler().now(TimeUnit.NANOSECONDS);
    }

    /** Gives up what is held of a table. */
    void drop(TableRun run) {
        for (Iterator<HeldChunk> each = held.iterator(); each.hasNext(); ) {
            HeldChunk chunk = each.next();
            if (chunk.run == run) {
                each.remove();
                heldBytes -= chunk.rows().rows().bytes();
            }
        }
    }

    /** Stops reading, and closes the connections. */
    Mono<Void> close() {
        running = false;
        held.clear();
        return Flux.fromIterable(workers).flatMap(ChunkWorker::close).then();
    }
}
