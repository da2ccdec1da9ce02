package io.walex.reactive.event;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.walex.reactive.pgoutput.MessageType;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one transaction that is not committed yet, in the order they came. Bounded memory: what does not fit
 * goes to a file. Written, then read once, then closed.
 */
final class TransactionSpill implements AutoCloseable {

    private static final int FILE_BUFFER = 1 << 14;
    private static final int WORD_BITS = 6;
    private static final int RECORD_HEADER = Integer.BYTES + Long.BYTES;

    private final SpillSpace space;
    private final boolean withXids;
    /** The ids of aborted subtransactions, 64 to a word: few words for a million in a row, and for one far away. */
    private final Map<Integer, Long> aborted = new HashMap<>();

    /** The OIDs of the relations that were described here, and not otherwise elsewhere since. */
    private final Set<Integer> described = new HashSet<>();

    private @Nullable ReplicationOrigin origin;

    private boolean hasMessage;

    /** Whether a row came behind the last message, and by which transaction or subtransaction the first was written. */
    private boolean hasRowSince;

    private int writerSince;

    private boolean doubtful;
    private final ByteBuf memory = Unpooled.buffer(1024);
    private long reserved;
    private @Nullable FileChannel file;

    /**
     * An empty spill.
     *
     * @param withXids whether messages carry their transaction id, as in streamed blocks
     */
    TransactionSpill(SpillSpace space, boolean withXids) {
        this.space = space;
        this.withXids = withXids;
    }

    boolean withXids() {
        return withXids;
    }

    void append(ByteBuf payload, long walStart) {
        int size = RECORD_HEADER + payload.readableBytes();
        if (file == null && space.reserve(size)) {
            reserved += size;
        } else if (file == null || memory.readableBytes() + size > FILE_BUFFER) {
            flush();
        }
        memory.writeInt(payload.readableBytes()).writeLong(walStart);
        if (withXids && payload.readableBytes() > Integer.BYTES) {
            follow(MessageType.of(payload), payload.getInt(payload.readerIndex() + 1));
        }
        memory.writeBytes(payload);
    }

    private void follow(MessageType type, int xid) {
        if (type == MessageType.LOGICAL_MESSAGE) {
            hasMessage = true;
            hasRowSince = false;
        } else if (hasMessage && !hasRowSince && (type.isRow() || type == MessageType.TRUNCATE)) {
            hasRowSince = true;
            writerSince = xid;
        }
    }

    /**
     * Whether a logical message is here that may have been rolled back with a subtransaction: it carries the id of the
     * transaction as a whole.
     */
    boolean isDoubtful() {
        return doubtful;
    }

    /** Where the transaction was replicated from, as it said at its start; null when it started here. */
    @Nullable
    ReplicationOrigin origin() {
        return origin;
    }

    void origin(ReplicationOrigin replicatedFrom) {
        origin = replicatedFrom;
    }

    /** The relation is described here, in a message that follows. */
    void described(int oid) {
        described.add(oid);
    }

    /** The relation is described otherwise elsewhere, for all that the server sends from now on. */
    void describedElsewhere(int oid) {
        described.remove(oid);
    }

    /** Whether the server's last description of the relation is as here. */
    boolean describes(int oid) {
        return described.contains(oid);
    }

    /** Drops the changes of a subtransaction; what was described of relations stays, since it is not sent again. */
    void abort(int subXid) {
        aborted.merge(subXid >> WORD_BITS, 1L << subXid, (word, bit) -> word | bit);
        // What is rolled back is all that was written since a savepoint, with nothing between that stays.
        doubtful |= hasMessage && (!hasRowSince || isAborted(writerSince));
    }

    private boolean isAborted(int xid) {
        return (aborted.getOrDefault(xid >> WORD_BITS, 0L) >>> xid & 1) != 0;
    }

    private void flush() {
        FileChannel target = file;
        if (target == null) {
            target = space.file();
            file = target;
            space.free(reserved);
            reserved = 0;
        }
        try {
            ByteBuffer bytes = memory.nioBuffer();
            while (bytes.hasRemaining()) {
                target.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write a file", e);
        }
        memory.clear().capacity(FILE_BUFFER);
    }

    /** Ends writing and starts reading. */
    Reader read() {
        FileChannel source = file;
        if (source != null) {
            flush();
            try {
                source.position(0);
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read a file", e);
            }
        }
        return new Reader(source);
    }

    /** Idempotent. */
    @Override
    public void close() {
        if (memory.refCnt() == 0) {
            return;
        }
        space.free(reserved);
        reserved = 0;
        memory.release();
        FileChannel open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot close a file", e);
            }
        }
    }

    /** Gives the messages that were not aborted, one at a time. */
    final class Reader {

        private final @Nullable FileChannel source;
        private long walStart;

        private Reader(@Nullable FileChannel source) {
            this.source = source;
        }

        /** Returns the next message, valid until the next call; null after the last. */
        @Nullable
        ByteBuf next() {
            while (fill(RECORD_HEADER)) {
                int length = memory.readInt();
                walStart = memory.readLong();
                if (!fill(length)) {
                    throw truncated();
                }
                ByteBuf message = memory.readSlice(length);
                if (!isAborted(message)) {
                    return message;
                }
            }
            if (memory.isReadable()) {
                throw truncated();
            }
            return null;
        }

        private static UncheckedIOException truncated() {
            return new UncheckedIOException("Cannot read a file", new EOFException("it ends within a message"));
        }

        /** The LSN in the frame of the message returned last. */
        long walStart() {
            return walStart;
        }

        private boolean isAborted(ByteBuf message) {
            // One that is too short to tell is found out when it is decoded.
            if (aborted.isEmpty() || message.readableBytes() <= Integer.BYTES) {
                return false;
            }
            return switch (MessageType.of(message)) {
                case INSERT, UPDATE, DELETE, TRUNCATE, LOGICAL_MESSAGE ->
                    TransactionSpill.this.isAborted(message.getInt(message.readerIndex() + 1));
                default -> false;
            };
        }

        /** Makes so many bytes readable; false at the end. */
        private boolean fill(int bytes) {
            if (memory.readableBytes() >= bytes) {
                return true;
            }
            if (source == null) {
                return false;
            }
            memory.discardReadBytes();
            memory.ensureWritable(Math.max(bytes, FILE_BUFFER) - memory.readableBytes());
            try {
                while (memory.readableBytes() < bytes) {
                    if (memory.writeBytes(source, memory.writableBytes()) < 0) {
                        return false;
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read a file", e);
            }
            return true;
        }
    }
}
