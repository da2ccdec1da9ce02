package io.walex.reactive.spool;

import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.pgoutput.Lsn;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Where each transaction that was handed out ends, and each slice of a snapshot. One thread adds, one takes.
 *
 * <p>A transaction is acknowledged by its end LSN. A slice has that of the transaction before it, so its own
 * acknowledgement has to come, or that of a transaction behind it: only a prefix is ever acknowledged.
 */
final class AcknowledgedChunks {

    private final Queue<Ending> endings = new ConcurrentLinkedQueue<>();

    /**
     * An end.
     *
     * @param end the transaction's end LSN
     * @param slice null for a transaction of the server
     * @param position where a subscription goes on behind it
     */
    record Ending(Lsn end, @Nullable SnapshotSlice slice, SpoolPosition position) {}

    /** A transaction is handed out. */
    void add(Ending ending) {
        endings.add(ending);
    }

    /**
     * Takes all up to the last transaction that ends at or before this; returns its position, null when there is none.
     */
    @Nullable
    SpoolPosition upTo(Lsn acknowledged) {
        int count = 0;
        int last = 0;
        for (Ending each : endings) {
            count++;
            if (each.slice == null) {
                if (each.end.isAfter(acknowledged)) {
                    break;
                }
                last = count;
            }
        }
        return take(last);
    }

    /** Takes all up to the slice; returns its position, null when it was taken. */
    @Nullable
    SpoolPosition upTo(SnapshotSlice acknowledged) {
        int count = 0;
        for (Ending each : endings) {
            count++;
            if (acknowledged.equals(each.slice)) {
                return take(count);
            }
        }
        return null;
    }

    private @Nullable SpoolPosition take(int count) {
        SpoolPosition last = null;
        for (int i = 0; i < count; i++) {
            last = endings.remove().position;
        }
        return last;
    }
}
