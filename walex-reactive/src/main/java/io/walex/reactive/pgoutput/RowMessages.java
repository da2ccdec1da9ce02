package io.walex.reactive.pgoutput;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.PgOutputMessage.Delete;
import io.walex.reactive.pgoutput.PgOutputMessage.Insert;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.Truncate;
import io.walex.reactive.pgoutput.PgOutputMessage.Update;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The messages of which a transaction's changes consist. Each carries its transaction id inside a streamed block. */
final class RowMessages {

    private static final int CASCADE = 1;
    private static final int RESTART_IDENTITY = 2;
    private static final int TRANSACTIONAL = 1;

    private RowMessages() {}

    /** Makes the messages themselves. */
    static final RowReceiver<PgOutputMessage> AS_MESSAGES = new RowReceiver<>() {
        @Override
        public Insert insert(int xid, int relationOid, TupleData newTuple) {
            return new Insert(xid, relationOid, newTuple);
        }

        @Override
        public Update update(
                int xid, int relationOid, @Nullable TupleData oldTuple, boolean oldTupleIsKey, TupleData newTuple) {
            return new Update(xid, relationOid, oldTuple, oldTupleIsKey, newTuple);
        }

        @Override
        public Delete delete(int xid, int relationOid, TupleData oldTuple, boolean oldTupleIsKey) {
            return new Delete(xid, relationOid, oldTuple, oldTupleIsKey);
        }
    };

    static <T> T insert(ByteBuf message, boolean inStream, RowReceiver<T> receiver) {
        int xid = xid(message, inStream);
        int relationOid = Wire.int32(message);
        byte tag = Wire.int8(message);
        if (tag != 'N') {
            throw unexpected(tag, 0);
        }
        return receiver.insert(xid, relationOid, onlyTuple(message));
    }

    static <T> T update(ByteBuf message, boolean inStream, RowReceiver<T> receiver) {
        int xid = xid(message, inStream);
        int relationOid = Wire.int32(message);
        byte tag = Wire.int8(message);
        if (tag == 'N') {
            return receiver.update(xid, relationOid, null, false, onlyTuple(message));
        }
        boolean key = isKey(tag);
        int length = message.readableBytes();
        byte[] bytes = TupleData.copy(message, 2);
        TupleData oldTuple = TupleData.read(bytes, 0, length, 1);
        int newTag = oldTuple.end();
        if (newTag == length) {
            throw new MalformedMessage("no new tuple", newTag);
        }
        if (bytes[newTag] != 'N') {
            throw unexpected(bytes[newTag], newTag + 1);
        }
        TupleData newTuple = TupleData.read(bytes, newTag + 1, length, 0);
        if (newTuple.columnCount() != oldTuple.columnCount()) {
            throw new MalformedMessage(
                    "row of %d columns before and %d after".formatted(oldTuple.columnCount(), newTuple.columnCount()),
                    newTag + 1);
        }
        Wire.end(message.skipBytes(newTuple.end()));
        return receiver.update(xid, relationOid, oldTuple, key, newTuple);
    }

    static <T> T delete(ByteBuf message, boolean inStream, RowReceiver<T> receiver) {
        int xid = xid(message, inStream);
        int relationOid = Wire.int32(message);
        boolean key = isKey(Wire.int8(message));
        return receiver.delete(xid, relationOid, onlyTuple(message), key);
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

    /** The reader index stays until all was read, so that a tuple's errors can count from it. */
    private static TupleData onlyTuple(ByteBuf message) {
        int length = message.readableBytes();
        TupleData tuple = TupleData.read(TupleData.copy(message, 1), 0, length, 0);
        Wire.end(message.skipBytes(tuple.end()));
        return tuple;
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
