package io.walex.reactive.replication;

import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of a replication stream, each from its frame: WAL goes to the decoder, keepalives to the feedback.
 *
 * @param <T> what payloads are decoded to
 * @see <a href="https://www.postgresql.org/docs/current/protocol-replication.html">XLogData and keepalive</a>
 */
final class WalMessages<T> {

    private static final byte XLOG_DATA = 'w';
    private static final byte KEEPALIVE = 'k';
    private static final int TIMESTAMP_SIZE = Long.BYTES;

    private final CopyDataHandler frames;
    private final PayloadDecoder<T> decoder;
    private final ServerFeedback feedback;
    private final ReceivedWal wal;

    WalMessages(CopyDataHandler frames, PayloadDecoder<T> decoder, ServerFeedback feedback, ReceivedWal wal) {
        this.frames = frames;
        this.decoder = decoder;
        this.feedback = feedback;
        this.wal = wal;
    }

    /** Reads as many messages as the next element takes; returns null when more bytes are needed, or it is blocked. */
    @Nullable
    T next() {
        T element = decoder.queued();
        while (element == null && !decoder.isBlocked()) {
            ByteBuf content = frames.nextCopyData();
            if (content == null) {
                return decoder.idle();
            }
            try {
                element = read(content);
            } finally {
                frames.endFrame();
            }
            if (element == null) {
                element = decoder.queued();
            }
        }
        return element;
    }

    /** Whether nothing may be decoded now. */
    boolean isBlocked() {
        return decoder.isBlocked();
    }

    private @Nullable T read(ByteBuf content) {
        byte type = content.readByte();
        return switch (type) {
            case XLOG_DATA -> {
                long walStart = content.readLong();
                feedback.received(walStart);
                wal.data(walStart);
                yield decoder.decode(content.skipBytes(Long.BYTES), walStart, content.readLong());
            }
            case KEEPALIVE -> {
                long walEnd = content.readLong();
                feedback.keepaliveInTurn(walEnd, isReplyRequested(content));
                wal.caughtUp(walEnd);
                decoder.reached(walEnd);
                yield null;
            }
            default ->
                throw new IllegalStateException("Unknown message 0x%02X in the replication stream".formatted(type));
        };
    }

    /** Signs of life need no demand. They confirm nothing here: what came before them may wait in the decoder. */
    void takeKeepalives() {
        int type = frames.nextMessageType();
        while (type == KEEPALIVE) {
            ByteBuf content = Objects.requireNonNull(frames.nextCopyData());
            long walEnd = content.skipBytes(Byte.BYTES).readLong();
            boolean replyRequested = isReplyRequested(content);
            frames.endFrame();
            feedback.keepalive(walEnd, replyRequested);
            wal.keepalive(walEnd);
            type = frames.nextMessageType();
        }
        if (type == XLOG_DATA) {
            wal.behind();
        }
    }

    private static boolean isReplyRequested(ByteBuf keepalive) {
        return keepalive.skipBytes(TIMESTAMP_SIZE).readByte() != 0;
    }
}
