package io.walex.reactive.benchmarks.reader;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** Counts the rows among pgoutput messages that nobody decodes. */
final class RawCounter {

    private static final long POSTGRES_EPOCH = TimeUnit.SECONDS.toMicros(946_684_800L);
    private static final int COMMIT_TIME = 1 + Long.BYTES;

    private final Meter meter;
    private long committedAt;

    RawCounter(Meter meter) {
        this.meter = meter;
    }

    /** Takes the message that starts there; says whether it was the last row. */
    boolean message(ByteBuffer bytes, int start) {
        return switch (bytes.get(start)) {
            case 'B' -> {
                committedAt = POSTGRES_EPOCH + bytes.getLong(start + COMMIT_TIME);
                yield false;
            }
            case 'I', 'U', 'D' -> {
                meter.committedAt(committedAt);
                yield meter.row();
            }
            default -> false;
        };
    }
}
