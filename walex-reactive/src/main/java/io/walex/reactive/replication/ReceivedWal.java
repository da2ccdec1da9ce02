package io.walex.reactive.replication;

import io.walex.reactive.pgoutput.Lsn;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How far the server's WAL has come to one subscription, across its connections. Written on the event loop, read from any
 * thread: a reader sees each figure a little late, and no writer waits for it.
 */
public final class ReceivedWal {

    private final Clock clock;
    private final @Nullable LongConsumer onBytes;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong serverEnd = new AtomicLong();

    /** Whether something may have come, or be on its way, that is not delivered. */
    private volatile boolean behind = true;

    private volatile @Nullable Instant caughtUpAt;

    /**
     * Begins with nothing.
     *
     * @param onBytes told on the event loop, once for each read; null for nobody
     */
    public ReceivedWal(Clock clock, @Nullable LongConsumer onBytes) {
        this.clock = clock;
        this.onBytes = onBytes;
    }

    /** The stream begins, or goes on, on a new connection, whose server may have another history. */
    void connected(Lsn from) {
        received.setOpaque(from.value());
        serverEnd.setOpaque(from.value());
        behind();
    }

    void read(int count) {
        bytes.setOpaque(bytes.getPlain() + count);
        if (onBytes != null) {
            onBytes.accept(count);
        }
    }

    /** A message with WAL was taken. */
    void data(long walStart) {
        advance(received, walStart);
        advance(serverEnd, walStart);
        behind();
    }

    /** Something waits to be taken, or may come. */
    void behind() {
        // Looked at first: to write it costs more, and it changes rarely.
        if (!behind) {
            behind = true;
        }
    }

    /** A keepalive came, and all before it was taken. */
    void caughtUp(long walEnd) {
        advance(serverEnd, walEnd);
        advance(received, walEnd);
        caughtUpAt = clock.instant();
        behind = false;
    }

    /** A keepalive came, and something before it may wait. */
    void keepalive(long walEnd) {
        advance(serverEnd, walEnd);
    }

    private static void advance(AtomicLong figure, long lsn) {
        if (Long.compareUnsigned(lsn, figure.getPlain()) > 0) {
            figure.setOpaque(lsn);
        }
    }

    /** What came over the connections, after decryption. */
    public long bytes() {
        return bytes.getOpaque();
    }

    /** Up to where WAL was taken. */
    public Lsn received() {
        return Lsn.of(received.getOpaque());
    }

    /** The farthest that the server has told of. */
    public Lsn serverEnd() {
        return Lsn.of(serverEnd.getOpaque());
    }

    public boolean isBehind() {
        return behind;
    }

    /** When it was last not behind, by the local clock; null when it never was. */
    public @Nullable Instant caughtUpAt() {
        return caughtUpAt;
    }
}
