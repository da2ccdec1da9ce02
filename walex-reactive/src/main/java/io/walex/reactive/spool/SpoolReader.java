package io.walex.reactive.spool;

import io.netty.buffer.Unpooled;
import io.walex.reactive.event.SignalCodec;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Reads the store to its end and waits for more. A transaction is handed out while it arrives, not only when it is whole: the
 * server has committed it, and sends it again where it did not come to its end here.
 */
final class SpoolReader {

    private static final int BATCH = 256 << 10;

    private final SpoolStore store;
    private final SignalCodec.Reader codec;
    private final AcknowledgedChunks delivered;
    private final Scheduler disk;
    private final Flux<Long> appended;
    private final LongConsumer onRead;
    private long next;

    /** Of the last transaction that was read, or acknowledged before. */
    private Lsn commit;

    /**
     * Starts behind what was acknowledged.
     *
     * @param appended the number of the last chunk, now and whenever it changes
     * @param onRead told the number of the last chunk that was read
     */
    SpoolReader(
            SpoolStore store,
            SignalCodec.Reader codec,
            AcknowledgedChunks delivered,
            Scheduler disk,
            Flux<Long> appended,
            LongConsumer onRead) {
        this.store = store;
        this.codec = codec;
        this.delivered = delivered;
        this.disk = disk;
        this.appended = appended;
        this.onRead = onRead;
        this.next = store.acknowledged().chunk() + 1;
        this.commit = store.acknowledged().commitLsn();
    }

    Flux<TransactionSignal> signals() {
        return Mono.defer(this::awaitNext).repeat().concatMapIterable(signals -> signals, 1);
    }

    private Mono<List<TransactionSignal>> awaitNext() {
        return appended.filter(last -> last >= next).next().publishOn(disk).map(last -> read());
    }

    private List<TransactionSignal> read() {
        List<TransactionSignal> signals = new ArrayList<>();
        long last = store.appended();
        for (int size = 0; next <= last && size < BATCH; next++) {
            size += read(next, signals);
        }
        onRead.accept(next - 1);
        return signals;
    }

    /** Returns the chunk's size. */
    private int read(long number, List<TransactionSignal> signals) {
        byte[] chunk = store.read(number);
        var bytes = Unpooled.wrappedBuffer(chunk);
        for (TransactionSignal signal = codec.read(bytes); signal != null; signal = codec.read(bytes)) {
            signals.add(signal);
            if (signal instanceof TransactionSignal.End end) {
                SnapshotSlice slice = end.begin().slice();
                // A slice is behind the transaction before it here, whatever that was where the slice was made.
                commit = slice == null ? end.begin().commitLsn() : commit;
                delivered.add(new AcknowledgedChunks.Ending(end.endLsn(), slice, new SpoolPosition(number, commit)));
            }
        }
        return chunk.length;
    }
}
