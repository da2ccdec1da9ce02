package io.walex.reactive.snapshot;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.TupleData;
import io.walex.reactive.server.RowFrames;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a chunk as they came, without an object for each. Filled by one thread, and then read by another: whoever
 * hands it over makes that safe.
 */
final class RowBuffer {

    private static final int FIRST_SLAB = 8 << 10;
    private static final int SLAB = 256 << 10;
    private static final int LENGTH_OFFSET = 1;

    private final boolean[] binary;
    private final List<byte[]> slabs = new ArrayList<>();
    /** How much of the last slab is filled; of the others all, but for the rest that is zero. */
    private int filled;

    private int rows;
    private long bytes;

    /** @param binary which columns come in binary form */
    RowBuffer(boolean[] binary) {
        this.binary = binary;
    }

    /** How many rows there are. */
    int rows() {
        return rows;
    }

    /** How many bytes of rows there are, as the server sent them. */
    long bytes() {
        return bytes;
    }

    /** Copies whole DataRow frames from the reader's index on. */
    void add(ByteBuf frames, int length) {
        int at = frames.readerIndex();
        int end = at + length;
        while (at < end) {
            int first = at;
            int room = slabs.isEmpty() ? 0 : slabs.get(slabs.size() - 1).length - filled;
            int size = frameSize(frames, at);
            while (at < end && at - first + size <= room) {
                at += size;
                rows++;
                bytes += size - RowFrames.HEADER_SIZE;
                size = at < end ? frameSize(frames, at) : 0;
            }
            if (at > first) {
                frames.getBytes(first, slabs.get(slabs.size() - 1), filled, at - first);
                filled += at - first;
            }
            if (at < end) {
                slabs.add(new byte[Math.max(size, Math.min(SLAB, FIRST_SLAB << Math.min(slabs.size(), 5)))]);
                filled = 0;
            }
        }
    }

    private static int frameSize(ByteBuf frames, int at) {
        return LENGTH_OFFSET + frames.getInt(at + LENGTH_OFFSET);
    }

    /** Goes over the rows from the first on; there may be several at a time. */
    Cursor cursor() {
        return new Cursor();
    }

    /** A place in the rows. */
    final class Cursor {

        private int slab;
        private int at;
        private int row;

        private Cursor() {}

        /** The next row, made now; null behind the last. */
        @Nullable
        TupleData next() {
            if (row == rows) {
                return null;
            }
            row++;
            byte[] from = slabs.get(slab);
            if (from.length - at < RowFrames.HEADER_SIZE || from[at] != 'D') {
                from = slabs.get(++slab);
                at = 0;
            }
            int start = at + RowFrames.HEADER_SIZE;
            at += LENGTH_OFFSET + ByteBuffer.wrap(from).getInt(at + LENGTH_OFFSET);
            return TupleData.ofDataRow(from, start, at, binary);
        }

        /** How many rows {@link #next} has given. */
        int row() {
            return row;
        }
    }
}
