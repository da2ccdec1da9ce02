package io.walex.reactive.spool;

import io.netty.buffer.Unpooled;
import io.walex.reactive.event.SignalCodec;
import io.walex.reactive.event.TransactionSignal;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Reads whole transactions from the store, as far as there are any, and waits for more. */
final class SpoolReader {

    private static final int BATCH = 256 << 10;

    private final SpoolStore store;
    private final SignalCodec.Reader codec;
    private final AcknowledgedChunks delivered;
    private final Scheduler disk;
    private final Flux<Long> written;
    private long next;

    /**
     * Starts behind what was consumed.
     *
     * @param written the number of the last whole chunk, now and whenever it changes
     */
    SpoolReader(
            SpoolStore store,
            SignalCodec.Reader codec,
            AcknowledgedChunks delivered,
            Scheduler disk,
            Flux<Long> written) {
        this.store = store;
        this.codec = codec;
        this.delivered = delivered;
        this.disk = disk;
        this.written = written;
        this.next = store.consumed() + 1;
    }

    Flux<TransactionSignal> signals() {
        return Mono.defer(this::awaitNext).repeat().concatMapIterable(signals -> signals, 1);
    }

    private Mono<List<TransactionSignal>> awaitNext() {
        return written.filter(last -> last >= next).next().publishOn(disk).map(last -> read());
    }

    private List<TransactionSignal> read() {
        List<TransactionSignal> signals = new ArrayList<>();
        long last = store.written().chunk();
        for (int size = 0; next <= last && size < BATCH; next++) {
            byte[] chunk = store.read(next);
            size += chunk.length;
            var bytes = Unpooled.wrappedBuffer(chunk);
            for (TransactionSignal signal = codec.read(bytes); signal != null; signal = codec.read(bytes)) {
                signals.add(signal);
                if (signal instanceof TransactionSignal.End end) {
                    delivered.add(end.endLsn(), next);
                }
            }
        }
        return signals;
    }
}
