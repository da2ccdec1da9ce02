package io.walex.reactive.replication;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The frames that a client sends while it streams.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-replication.html">Standby status update</a>
 */
final class StandbyStatus {

    private static final Instant POSTGRES_EPOCH = Instant.parse("2000-01-01T00:00:00Z");
    private static final int UPDATE_LENGTH = 4 + 1 + 4 * Long.BYTES + 1;

    private StandbyStatus() {}

    /**
     * A standby status update in a CopyData frame.
     *
     * @param received the end of what came over the wire
     * @param flushed what the slot may confirm
     * @param replyRequested whether the server shall answer with a keepalive at once
     */
    static ByteBuf update(
            ByteBufAllocator allocator, long received, long flushed, Instant now, boolean replyRequested) {
        return allocator
                .buffer(1 + UPDATE_LENGTH)
                .writeByte('d')
                .writeInt(UPDATE_LENGTH)
                .writeByte('r')
                .writeLong(received)
                .writeLong(flushed)
                .writeLong(flushed)
                .writeLong(POSTGRES_EPOCH.until(now, ChronoUnit.MICROS))
                .writeByte(replyRequested ? 1 : 0);
    }

    /** The end of the client's side of the copy. */
    static ByteBuf copyDone(ByteBufAllocator allocator) {
        return allocator.buffer(5).writeByte('c').writeInt(4);
    }
}
