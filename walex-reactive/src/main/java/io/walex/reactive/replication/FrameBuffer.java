package io.walex.reactive.replication;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in, whole frames out: cuts what the server sends into the frames of PostgreSQL's protocol. Where the reads of the
 * socket cut the bytes makes no difference.
 *
 * <p>A frame costs no object: {@link #open()} gives the one buffer that all bytes are kept in, narrowed to the frame's
 * content, and {@link #close()} widens it again and moves on. Only one frame is open at a time, and nothing is added
 * meanwhile.
 *
 * <p>Owns what was added until it was read. Not thread-safe.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-overview.html">Message formatting overview</a>
 */
final class FrameBuffer {

    /** No whole frame has come. */
    static final int NONE = -1;

    /** A type letter, and a length that counts itself and not the letter. */
    static final int HEADER_SIZE = 1 + Integer.BYTES;

    private static final int LENGTH_OFFSET = 1;

    /** The server builds a message in one allocation, which is of less than a gigabyte. */
    private static final int LONGEST = (1 << 30) + Integer.BYTES;

    /** What is above this gets a buffer of just its size, and not from a pool, whose chunks are a multiple of it. */
    private static final int LARGE = 256 << 10;

    /** A read that was under way when nothing more was wanted. */
    private static final int HEADROOM = 128 << 10;

    private @Nullable ByteBuf received;
    /** Where the bytes end, while a frame is open. */
    private int receivedEnd;

    /** Takes the next bytes, as read from a socket: writable, and nobody else's. */
    void add(ByteBuf bytes, ByteBufAllocator allocator) {
        ByteBuf buffer = received;
        if (buffer == null) {
            received = bytes;
        } else {
            buffer.discardReadBytes();
            int needed = buffer.readableBytes() + bytes.readableBytes();
            if (needed > buffer.capacity() && needed > LARGE) {
                buffer = moved(buffer, needed);
            }
            received = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, buffer, bytes);
        }
        reserveLargeFrame();
    }

    private void reserveLargeFrame() {
        ByteBuf buffer = received;
        if (buffer == null || buffer.readableBytes() < HEADER_SIZE) {
            return;
        }
        int length = buffer.getInt(buffer.readerIndex() + LENGTH_OFFSET);
        int frame = LENGTH_OFFSET + length;
        if (frame > LARGE && length <= LONGEST && frame > buffer.capacity() - buffer.readerIndex()) {
            received = moved(buffer, frame);
        }
    }

    private static ByteBuf moved(ByteBuf buffer, int size) {
        ByteBuf larger = UnpooledByteBufAllocator.DEFAULT.directBuffer(size + HEADROOM);
        larger.writeBytes(buffer);
        buffer.release();
        return larger;
    }

    /**
     * The type letter of the next frame, or {@link #NONE} when it has not come whole.
     *
     * @throws CorruptedFrameException when the next frame has a length that none can have; each call from then on throws it
     */
    int nextType() {
        ByteBuf buffer = received;
        if (buffer == null) {
            return NONE;
        }
        int size = buffer.readableBytes();
        if (size < HEADER_SIZE) {
            return NONE;
        }
        int start = buffer.readerIndex();
        int length = buffer.getInt(start + LENGTH_OFFSET);
        if (length < Integer.BYTES || length > LONGEST) {
            throw wrongLength(buffer.getByte(start), length);
        }
        return size - LENGTH_OFFSET >= length ? buffer.getByte(start) & 0xFF : NONE;
    }

    private static CorruptedFrameException wrongLength(byte type, int length) {
        return new CorruptedFrameException(
                ("The replication stream is corrupted: its next frame, of type 0x%02X, has the"
                                + " length %d, and the server sends 4 to %d. Bytes were lost or changed on the way from the server;"
                                + " check the proxies between, and use TLS, which detects damage")
                        .formatted(type, length, LONGEST));
    }

    /** The first byte of the next frame's content, or {@link #NONE} when that is empty; the frame has come whole. */
    int nextContentType() {
        ByteBuf buffer = whole();
        int start = buffer.readerIndex();
        return buffer.getInt(start + LENGTH_OFFSET) > Integer.BYTES ? buffer.getByte(start + HEADER_SIZE) & 0xFF : NONE;
    }

    /**
     * Returns the buffer, readable exactly from the next frame's content to its end; the frame has come whole. {@link
     * #close()} must follow before anything else.
     */
    ByteBuf open() {
        ByteBuf buffer = whole();
        int start = buffer.readerIndex();
        receivedEnd = buffer.writerIndex();
        buffer.writerIndex(start + LENGTH_OFFSET + buffer.getInt(start + LENGTH_OFFSET));
        buffer.readerIndex(start + HEADER_SIZE);
        return buffer;
    }

    /** Moves past the open frame, however much of it was read. */
    void close() {
        ByteBuf buffer = received;
        if (buffer == null) {
            // All was released while the frame was read.
            return;
        }
        buffer.readerIndex(buffer.writerIndex());
        buffer.writerIndex(receivedEnd);
        releaseIfRead(buffer);
    }

    /** Moves past the next frame, which has come whole, and returns a copy of it that belongs to the caller. */
    ByteBuf take() {
        ByteBuf buffer = whole();
        // A copy: what remains in the buffer moves when more comes.
        ByteBuf frame = buffer.readBytes(LENGTH_OFFSET + buffer.getInt(buffer.readerIndex() + LENGTH_OFFSET));
        releaseIfRead(buffer);
        return frame;
    }

    private ByteBuf whole() {
        ByteBuf buffer = received;
        if (buffer == null) {
            throw new IllegalStateException("No whole frame has come");
        }
        return buffer;
    }

    private void releaseIfRead(ByteBuf buffer) {
        if (!buffer.isReadable()) {
            release();
        }
    }

    /** Drops all bytes. */
    void release() {
        ByteBuf buffer = received;
        if (buffer != null) {
            received = null;
            buffer.release();
        }
    }
}
