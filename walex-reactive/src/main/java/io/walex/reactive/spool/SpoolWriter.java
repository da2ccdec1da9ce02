package io.walex.reactive.spool;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.walex.reactive.event.SignalCodec;
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

    private static final int CHUNK = 256 << 10;
    private static final int LARGEST_BATCH = 4 << 20;

    private final SpoolStore store;
    private final SignalCodec.Writer codec;
    private final long maxBytes;

    /** How much may wait for the disk, and be written at a time. */
    private final long batch;

    private final Scheduler.Worker disk;
    private final Consumer<Lsn> onStored;
    private final Queue<Chunk> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicBoolean idle = new AtomicBoolean();
    private final Sinks.Empty<Void> end = Sinks.empty();
    private volatile boolean full;
    private volatile boolean received;
    private volatile @Nullable Lsn acknowledged;

    private ByteBuf chunk = Unpooled.buffer(1024);
    private Lsn stored;
    private Lsn commit = Lsn.INVALID;

    private final AcknowledgedChunks delivered;

    /**
     * Starts with an open store.
     *
     * @param onStored told the end of each transaction that is on disk
     */
    SpoolWriter(
            SpoolStore store,
            SignalCodec.Writer codec,
            long maxBytes,
            Scheduler.Worker disk,
            AcknowledgedChunks delivered,
            Consumer<Lsn> onStored) {
        this.store = store;
        this.codec = codec;
        this.maxBytes = maxBytes;
        this.batch = Math.min(maxBytes / 8, LARGEST_BATCH);
        this.disk = disk;
        this.delivered = delivered;
        this.onStored = onStored;
        this.stored = store.written().commitLsn();
    }

    /**
     * Bytes to be written.
     *
     * @param bytes null for a transaction that was on disk before
     * @param end of the transaction, when this is its last chunk
     */
    private record Chunk(
            byte @Nullable [] bytes, Lsn commit, @Nullable Lsn end) {

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
            commit = begin.commitLsn();
        }
        boolean known = !commit.isAfter(stored);
        if (!known) {
            codec.write(signal, chunk);
        }
        if (signal instanceof TransactionSignal.End last) {
            add(new Chunk(known ? null : take(), commit, last.endLsn()));
            stored = known ? stored : commit;
        } else if (chunk.readableBytes() >= CHUNK) {
            add(new Chunk(take(), commit, null));
        }
        idle.set(true);
        requestIfWanted();
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

    /** Downstream has acknowledged all transactions up to this end. */
    void acknowledged(Lsn prefix) {
        acknowledged = prefix;
        schedule();
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

    private void work() {
        scheduled.set(false);
        try {
            write();
            forget();
            pauseOrGoOn();
        } catch (RuntimeException e) {
            cancel();
            end.tryEmitError(e);
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
        int size = 0;
        Lsn commitLsn = Lsn.INVALID;
        Lsn endLsn = null;
        for (Chunk next = queue.peek(); next != null && size < batch; next = queue.peek()) {
            queue.remove();
            size += next.size();
            if (next.bytes != null) {
                chunks.add(next.bytes);
            }
            if (next.end != null) {
                lastWhole = chunks.size();
                commitLsn = next.bytes == null ? commitLsn : next.commit;
                endLsn = next.end;
            }
        }
        if (!chunks.isEmpty()) {
            store.append(chunks, lastWhole, commitLsn);
        }
        waiting.addAndGet(-size);
        if (endLsn != null) {
            onStored.accept(endLsn);
        }
    }

    private void forget() {
        Lsn prefix = acknowledged;
        long last = prefix == null ? -1 : delivered.upTo(prefix);
        if (last >= 0) {
            store.consumed(last);
        }
    }

    private void pauseOrGoOn() {
        full = store.keptBytes() >= maxBytes;
        if (full && store.consumed() == store.written().chunk()) {
            throw new SpoolException(
                    "The transaction at %s is larger than the spool's %d bytes; raise maxBytes"
                            .formatted(commit, maxBytes),
                    null);
        }
        requestIfWanted();
    }
}
