package io.walex.reactive.spool;

import io.walex.reactive.pgoutput.Lsn;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Which chunk each transaction that was handed out ends with. One thread adds, one takes. */
final class AcknowledgedChunks {

    private final Queue<Ending> endings = new ConcurrentLinkedQueue<>();

    private record Ending(Lsn end, long chunk) {}

    /** A transaction is handed out. */
    void add(Lsn end, long lastChunk) {
        endings.add(new Ending(end, lastChunk));
    }

    /** Takes all transactions that end at or before this; returns the last one's last chunk, -1 when there is none. */
    long upTo(Lsn acknowledged) {
        long last = -1;
        for (Ending first = endings.peek(); first != null && !first.end.isAfter(acknowledged); first = endings.peek()) {
            endings.remove();
            last = first.chunk;
        }
        return last;
    }
}
