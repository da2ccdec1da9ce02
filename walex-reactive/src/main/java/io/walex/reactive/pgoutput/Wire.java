package io.walex.reactive.pgoutput;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Reads the protocol's field types. Checks bounds itself: Netty's checks can be switched off, and theirs is the wrong
 * exception.
 */
final class Wire {

    private static final long POSTGRES_EPOCH_SECONDS = 946_684_800L;
    private static final long MICROS_PER_SECOND = TimeUnit.SECONDS.toMicros(1);

    private Wire() {}

    static byte int8(ByteBuf message) {
        need(message, Byte.BYTES);
        return message.readByte();
    }

    static short int16(ByteBuf message) {
        need(message, Short.BYTES);
        return message.readShort();
    }

    static int int32(ByteBuf message) {
        need(message, Integer.BYTES);
        return message.readInt();
    }

    static long int64(ByteBuf message) {
        need(message, Long.BYTES);
        return message.readLong();
    }

    static Lsn lsn(ByteBuf message) {
        return Lsn.of(int64(message));
    }

    /** Microseconds since 2000-01-01 00:00 UTC. */
    static Instant timestamp(ByteBuf message) {
        long micros = int64(message);
        return Instant.ofEpochSecond(
                POSTGRES_EPOCH_SECONDS + Math.floorDiv(micros, MICROS_PER_SECOND),
                TimeUnit.MICROSECONDS.toNanos(Math.floorMod(micros, MICROS_PER_SECOND)));
    }

    static String string(ByteBuf message) {
        int length = message.bytesBefore((byte) 0);
        if (length < 0) {
            throw new MalformedMessage("the message ends within a string");
        }
        String text = message.toString(message.readerIndex(), length, StandardCharsets.UTF_8);
        message.skipBytes(length + 1);
        return text;
    }

    /** A schema's name, which the server leaves out for {@code pg_catalog}. */
    static String schema(ByteBuf message) {
        String name = string(message);
        return name.isEmpty() ? "pg_catalog" : name;
    }

    /** The flags byte, of which only the given bits have a meaning. */
    static int flags(ByteBuf message, int known) {
        int flags = int8(message);
        if ((flags & ~known) != 0) {
            throw new MalformedMessage("unknown flags 0x%02X".formatted(flags & 0xFF));
        }
        return flags;
    }

    /** Nothing may stand behind what was read. */
    static void end(ByteBuf message) {
        if (message.isReadable()) {
            throw new MalformedMessage("%d bytes behind its end".formatted(message.readableBytes()));
        }
    }

    private static void need(ByteBuf message, int bytes) {
        if (message.readableBytes() < bytes) {
            throw new MalformedMessage("%d bytes expected, %d remain".formatted(bytes, message.readableBytes()));
        }
    }
}
