package io.walex.reactive.pgoutput;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.PgOutputMessage.Delete;
import io.walex.reactive.pgoutput.PgOutputMessage.Insert;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.Truncate;
import io.walex.reactive.pgoutput.PgOutputMessage.Update;
import java.util.ArrayList;
import java.util.List;

/** The messages of which a transaction's changes consist. Each carries its transaction id inside a streamed block. */
final class RowMessages {

    private static final int CASCADE = 1;
    private static final int RESTART_IDENTITY = 2;
    private static final int TRANSACTIONAL = 1;

    private RowMessages() {}

    static Insert insert(ByteBuf message, boolean inStream) {
        int xid = xid(message, inStream);
        int relationOid = Wire.int32(message);
        byte tag = Wire.int8(message);
        if (tag != 'N') {
            throw unexpected(tag, 0);
        }
        return new Insert(xid, relationOid, lastTuple(message, rest(message), 0));
    }

    static Update update(ByteBuf message, boolean inStream) {
        int xid = xid(message, inStream);
        int relationOid = Wire.int32(message);
        byte tag = Wire.int8(message);
        byte[] rest = rest(message);
        if (tag == 'N') {
            return new Update(xid, relationOid, null, false, lastTuple(message, rest, 0));
        }
        boolean key = isKey(tag);
        int newTag = TupleData.end(rest, 0);
        if (newTag == rest.length) {
            throw new MalformedMessage("no new tuple", newTag);
        }
        if (rest[newTag] != 'N') {
            throw unexpected(rest[newTag], newTag + 1);
        }
        TupleData newTuple = lastTuple(message, rest, newTag + 1);
        return new Update(xid, relationOid, new TupleData(rest, 0), key, newTuple);
    }

    static Delete delete(ByteBuf message, boolean inStream) {
        int xid = xid(message, inStream);
        int relationOid = Wire.int32(message);
        boolean key = isKey(Wire.int8(message));
        return new Delete(xid, relationOid, lastTuple(message, rest(message), 0), key);
    }

    static Truncate truncate(ByteBuf message, boolean inStream) {
        int xid = xid(message, inStream);
        int count = Wire.int32(message);
        int options = Wire.flags(message, CASCADE | RESTART_IDENTITY);
        if (count < 0 || count != message.readableBytes() / Integer.BYTES) {
            throw new MalformedMessage("%d relations in %d bytes".formatted(count, message.readableBytes()));
        }
        List<Integer> relationOids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            relationOids.add(Wire.int32(message));
        }
        return new Truncate(
                xid, List.copyOf(relationOids), (options & CASCADE) != 0, (options & RESTART_IDENTITY) != 0);
    }

    static LogicalMessage logicalMessage(ByteBuf message, boolean inStream) {
        int xid = xid(message, inStream);
        boolean transactional = Wire.flags(message, TRANSACTIONAL) != 0;
        Lsn lsn = Wire.lsn(message);
        String prefix = Wire.string(message);
        int length = Wire.int32(message);
        if (length != message.readableBytes()) {
            throw new MalformedMessage("content of %d bytes in %d".formatted(length, message.readableBytes()));
        }
        byte[] content = new byte[length];
        message.readBytes(content);
        return new LogicalMessage(xid, transactional, lsn, prefix, content);
    }

    static int xid(ByteBuf message, boolean inStream) {
        return inStream ? Wire.int32(message) : 0;
    }

    /** One copy for all tuples of the message. The reader index stays, so that a tuple's errors can count from it. */
    private static byte[] rest(ByteBuf message) {
        byte[] rest = new byte[message.readableBytes()];
        message.getBytes(message.readerIndex(), rest);
        return rest;
    }

    private static TupleData lastTuple(ByteBuf message, byte[] rest, int start) {
        message.skipBytes(TupleData.end(rest, start));
        return new TupleData(rest, start);
    }

    private static boolean isKey(byte tag) {
        return switch (tag) {
            case 'K' -> true;
            case 'O' -> false;
            default -> throw unexpected(tag, 0);
        };
    }

    private static MalformedMessage unexpected(byte tag, int ahead) {
        return new MalformedMessage("unknown tuple tag 0x%02X".formatted(tag & 0xFF), ahead);
    }
}
