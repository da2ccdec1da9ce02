package io.walex.reactive.spool;

import io.walex.reactive.pgoutput.Lsn;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Where each transaction that was handed out ends. One thread adds, one takes. */
final class AcknowledgedChunks {

    private final Queue<Ending> endings = new ConcurrentLinkedQueue<>();

    /** A transaction's end LSN, and where a subscription goes on behind it. */
    record Ending(Lsn end, SpoolPosition position) {}

    /** A transaction is handed out. */
    void add(Ending ending) {
        endings.add(ending);
    }

    /** Takes all transactions that end at or before this; returns the last one's position, null when there is none. */
    @Nullable
    SpoolPosition upTo(Lsn acknowledged) {
        SpoolPosition last = null;
        for (Ending first = endings.peek(); first != null && !first.end.isAfter(acknowledged); first = endings.peek()) {
            endings.remove();
            last = first.position;
        }
        return last;
    }
}
