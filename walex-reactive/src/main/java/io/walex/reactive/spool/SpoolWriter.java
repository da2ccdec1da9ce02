package io.walex.reactive.spool;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.walex.reactive.event.SignalCodec;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Takes the stream's signals and puts them on disk: cut into chunks where they arrive, written on a thread that may wait
 * for the disk, many transactions by one forced write when they come faster than the disk.
 *
 * <p>A subscriber of its own because demand depends on bytes: those that wait for the disk, and those that are on it.
 * {@code bufferTimeout} and {@code publishOn} count elements, each of which may be a gigabyte.
 */
final class SpoolWriter extends BaseSubscriber<TransactionSignal> {

    private static final Logger LOG = LoggerFactory.getLogger(DiskSpool.class);

    private static final int CHUNK = 256 << 10;
    private static final int LARGEST_BATCH = 4 << 20;

    private final SpoolStore store;
    private final SignalCodec.Writer codec;
    private final long maxBytes;

    /** How much may wait for the disk, and be written at a time. */
    private final long batch;

    private final Scheduler.Worker disk;
    private final AcknowledgedChunks delivered;
    private final Runnable onAppended;
    private final Consumer<Lsn> onStored;
    private final Queue<Chunk> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicBoolean idle = new AtomicBoolean();
    private final Sinks.Empty<Void> end = Sinks.empty();
    private volatile boolean full;
    private volatile boolean received;
    private volatile boolean failed;
    private volatile long read;

    // Of the thread that signals come on.
    private ByteBuf chunk = Unpooled.buffer(1024);
    private Lsn stored;
    private Lsn commit = Lsn.INVALID;
    private long unit;
    private boolean slice;
    private boolean known;

    // Of the writing thread.
    private long appendedUnit;
    private boolean saidFull;

    /** Whether what came until now passes through, instead of being kept. */
    private boolean passing;

    /** The last transaction or slice that does. */
    private long passingUnit;

    /** Its last chunk that is there. */
    private long passingChunk;

    /** What may be confirmed when it has passed. */
    private @Nullable Lsn held;

    /**
     * Starts with an open store.
     *
     * @param onAppended told when there is more to read
     * @param onStored told the end of each transaction that the server may forget
     */
    SpoolWriter(
            SpoolStore store,
            SignalCodec.Writer codec,
            long maxBytes,
            Scheduler.Worker disk,
            AcknowledgedChunks delivered,
            Runnable onAppended,
            Consumer<Lsn> onStored) {
        this.store = store;
        this.codec = codec;
        this.maxBytes = maxBytes;
        this.batch = Math.min(maxBytes / 8, LARGEST_BATCH);
        this.disk = disk;
        this.delivered = delivered;
        this.onAppended = onAppended;
        this.onStored = onStored;
        this.stored = store.lastKnown();
        this.read = store.acknowledged().chunk();
    }

    /**
     * Bytes to be written.
     *
     * @param bytes null for a transaction that was stored or acknowledged before
     * @param unit the number of the transaction, or of the slice of a snapshot
     * @param commit of the transaction, or of that before the slice
     * @param whole whether this is the last chunk of it
     * @param end of the transaction, when this is its last chunk; null for a slice, of which the server knows nothing
     */
    private record Chunk(
            byte @Nullable [] bytes,
            long unit,
            Lsn commit,
            boolean whole,
            @Nullable Lsn end) {

        int size() {
            return bytes == null ? 0 : bytes.length;
        }
    }

    /** Completes when the stream has completed and all of it is on disk, fails when either fails. */
    Mono<Void> end() {
        return end.asMono();
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        subscription.request(1);
    }

    @Override
    protected void hookOnNext(TransactionSignal signal) {
        if (signal instanceof TransactionSignal.Begin begin) {
            begin(begin);
        }
        if (!known) {
            codec.write(signal, chunk);
        }
        if (signal instanceof TransactionSignal.End last) {
            add(new Chunk(known ? null : take(), unit, commit, true, slice ? null : last.endLsn()));
            stored = known ? stored : commit;
        } else if (chunk.readableBytes() >= CHUNK) {
            add(new Chunk(take(), unit, commit, false, null));
        }
        idle.set(true);
        requestIfWanted();
    }

    private void begin(TransactionSignal.Begin begin) {
        unit++;
        slice = begin.slice() != null;
        if (slice) {
            requireBehindStored(begin);
            // Its own is that of a transaction before it, or none: a slice never is what was stored before.
            commit = stored;
            known = false;
        } else {
            commit = begin.commitLsn();
            known = !commit.isAfter(stored);
        }
    }

    /** Rows that were read before a change must not come out behind it. */
    private void requireBehindStored(TransactionSignal.Begin begin) {
        if (!commit.equals(Lsn.INVALID) && stored.isAfter(commit)) {
            throw new SpoolException(
                    "The spool in %s holds transactions up to %s, and %s came behind that of %s already; subscribe again: it is read again then, behind all of them"
                            .formatted(store.directory(), stored, begin.slice(), commit),
                    null);
        }
    }

    private byte[] take() {
        byte[] bytes = new byte[chunk.readableBytes()];
        chunk.readBytes(bytes).clear();
        if (chunk.capacity() > CHUNK * 4) {
            chunk = Unpooled.buffer(1024);
        }
        return bytes;
    }

    private void add(Chunk full) {
        waiting.addAndGet(full.size());
        queue.add(full);
        schedule();
    }

    private void requestIfWanted() {
        if (!full && waiting.get() < batch && idle.compareAndSet(true, false)) {
            request(1);
        }
    }

    @Override
    protected void hookOnComplete() {
        received = true;
        schedule();
    }

    @Override
    protected void hookOnError(Throwable error) {
        end.tryEmitError(error);
    }

    /** Downstream has acknowledged all transactions up to this end; remembered when this returns. On the event loop. */
    void acknowledged(Lsn prefix) {
        acknowledged(delivered.upTo(prefix));
    }

    /** The same of a slice of a snapshot, and of all before it. */
    void acknowledged(SnapshotSlice prefix) {
        acknowledged(delivered.upTo(prefix));
    }

    private void acknowledged(@Nullable SpoolPosition last) {
        if (last != null) {
            try {
                store.acknowledge(last);
            } catch (SpoolException e) {
                fail(e);
            }
            schedule();
        }
    }

    /** Chunks up to this one have been read. */
    void read(long last) {
        read = last;
        if (full) {
            schedule();
        }
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            try {
                disk.schedule(this::work);
            } catch (RejectedExecutionException closed) {
                // The subscription is over; what is not on disk was not confirmed.
            }
        }
    }

    private void fail(Throwable error) {
        failed = true;
        cancel();
        end.tryEmitError(error);
    }

    private void work() {
        scheduled.set(false);
        if (failed) {
            // An end that could still be written would be confirmed with all before it.
            return;
        }
        try {
            write();
            endPassing();
            store.dropAcknowledged();
            pauseOrGoOn();
        } catch (RuntimeException e) {
            fail(e);
            return;
        }
        if (!queue.isEmpty()) {
            schedule();
        } else if (received) {
            end.tryEmitEmpty();
        }
    }

    private void write() {
        List<byte[]> chunks = new ArrayList<>();
        int lastWhole = 0;
        long size = 0;
        Lsn commitLsn = Lsn.INVALID;
        Lsn endLsn = null;
        for (Chunk next = queue.peek(); next != null && size < batch; next = queue.peek()) {
            queue.remove();
            size += next.size();
            if (next.bytes != null) {
                chunks.add(next.bytes);
                appendedUnit = next.unit;
            }
            if (next.whole) {
                lastWhole = chunks.size();
                commitLsn = next.bytes == null ? commitLsn : next.commit;
            }
            endLsn = next.end == null ? endLsn : next.end;
        }
        if (!chunks.isEmpty()) {
            store.append(chunks, lastWhole, commitLsn);
            onAppended.run();
            passingChunk = passing && appendedUnit == passingUnit ? store.appended() : passingChunk;
        }
        waiting.addAndGet(-size);
        if (endLsn != null) {
            held = endLsn;
        }
        confirm();
    }

    private void confirm() {
        Lsn end = held;
        if (end != null && !passing) {
            held = null;
            onStored.accept(end);
        }
    }

    private void pauseOrGoOn() {
        full = isFull();
        if (full && read >= store.appended()) {
            pass();
        }
        if (passing) {
            store.dropUnfinished(Math.min(read, passingChunk));
            full = isFull();
        }
        if (full && !saidFull) {
            saidFull = true;
            LOG.warn(
                    "The spool in {} is full: {} bytes wait to be acknowledged; the stream pauses whenever it is, and the server keeps WAL",
                    store.directory(),
                    store.keptBytes());
        }
        requestIfWanted();
    }

    /** What passes through needs some room, even where everything is taken by what has to be kept. */
    private boolean isFull() {
        return store.keptBytes() >= maxBytes && (!passing || store.keptBytesBehindWritten() >= maxBytes / 4);
    }

    /**
     * Everything there was handed out, so the consumer may want more before it acknowledges any of it: the rest of a
     * transaction that is larger than the limit, or the next one. So what came up to here passes through. It is dropped when
     * it was read, since the server sends it again if it is not acknowledged; and until it is, nothing behind it counts as
     * stored either.
     */
    private void pass() {
        if (!passing) {
            LOG.info(
                    "The spool in {} is full, and all of it was handed out: what its consumer takes before it acknowledges passes through, and the server keeps the WAL from {} on meanwhile",
                    store.directory(),
                    store.written().commitLsn());
            store.hold();
        }
        passing = true;
        passingUnit = appendedUnit;
        passingChunk = store.appended();
    }

    private void endPassing() {
        if (passing && store.acknowledged().chunk() >= passingChunk) {
            passing = false;
            store.release();
            confirm();
        }
    }
}
