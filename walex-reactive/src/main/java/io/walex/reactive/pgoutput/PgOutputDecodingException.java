package io.walex.reactive.pgoutput;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.error.WalExException;
import org.jspecify.annotations.Nullable;

/**
 * A message that is truncated, corrupt or unknown. Nothing of it was delivered, and the stream ends: going on would
 * lose it silently.
 */
public final class PgOutputDecodingException extends WalExException {

    private final char messageType;
    private final int offset;
    private final Lsn lsn;

    public PgOutputDecodingException(String problem, char messageType, int offset, Lsn lsn, @Nullable Throwable cause) {
        super(
                "Cannot decode pgoutput message '%s' at offset %d (LSN %s): %s"
                        .formatted(printable(messageType), offset, lsn, problem),
                cause);
        this.messageType = messageType;
        this.offset = offset;
        this.lsn = lsn;
    }

    /**
     * A message that stands where it must not.
     *
     * @param where it stands, and why it must not
     * @param walStart the frame's LSN
     */
    public static PgOutputDecodingException outOfPlace(MessageType type, String where, long walStart) {
        return new PgOutputDecodingException(where, type.letter(), 0, Lsn.of(walStart), null);
    }

    /** A message that stands where it must not, of whatever type; see {@link #outOfPlace(MessageType, String, long)}. */
    public static PgOutputDecodingException outOfPlace(ByteBuf message, String where, long walStart) {
        char letter = (char) message.getUnsignedByte(message.readerIndex());
        return new PgOutputDecodingException(where, letter, 0, Lsn.of(walStart), null);
    }

    private static String printable(char type) {
        return type > ' ' && type < 127 ? String.valueOf(type) : "0x%02X".formatted((int) type);
    }

    /** The message's first byte. */
    public char messageType() {
        return messageType;
    }

    /** How many bytes of the message had been read. */
    public int offset() {
        return offset;
    }

    /** Where the message stands in the WAL, as its frame says. */
    public Lsn lsn() {
        return lsn;
    }
}
