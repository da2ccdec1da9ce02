package io.walex.reactive.pgoutput;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamAbort;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamCommit;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamStart;

/** The bounds of a transaction that is streamed while in progress (protocol 2). */
final class StreamMessages {

    private static final int FIRST_SEGMENT = 1;

    private StreamMessages() {}

    static StreamStart start(ByteBuf message) {
        int xid = Wire.int32(message);
        return new StreamStart(xid, Wire.flags(message, FIRST_SEGMENT) != 0);
    }

    static StreamCommit commit(ByteBuf message) {
        int xid = Wire.int32(message);
        Wire.flags(message, 0);
        Lsn commitLsn = Wire.lsn(message);
        Lsn endLsn = Wire.lsn(message);
        return new StreamCommit(xid, commitLsn, endLsn, Wire.timestamp(message));
    }

    /** Only {@code streaming 'parallel'} (protocol 4) adds where and when. */
    static StreamAbort abort(ByteBuf message) {
        int xid = Wire.int32(message);
        int subXid = Wire.int32(message);
        if (!message.isReadable()) {
            return new StreamAbort(xid, subXid, null, null);
        }
        Lsn abortLsn = Wire.lsn(message);
        return new StreamAbort(xid, subXid, abortLsn, Wire.timestamp(message));
    }
}
