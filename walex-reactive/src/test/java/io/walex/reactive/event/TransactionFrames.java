package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Frames;

/** pgoutput messages of transaction {@link #XID}, as the server sends them. */
final class TransactionFrames {

    static final int TEXT = 25;
    static final int XID = 7;

    private TransactionFrames() {}

    static Frames begin(long lsn) {
        return Frames.message('B').int64(lsn).int64(0).int32(XID);
    }

    static Frames commit(long lsn) {
        return Frames.message('C').int8(0).int64(lsn).int64(lsn + 8).int64(0);
    }

    static Frames relation(String... columns) {
        Frames relation = Frames.message('R')
                .int32(1)
                .string("public")
                .string("t")
                .letter('d')
                .int16(columns.length);
        for (String column : columns) {
            relation.int8(0).string(column).int32(TEXT).int32(-1);
        }
        return relation;
    }

    static Frames insert(String... values) {
        Frames insert = Frames.message('I').int32(1).letter('N').columns(values.length);
        for (String value : values) {
            insert.text(value);
        }
        return insert;
    }

    static Frames beginPrepare(long lsn, String gid) {
        return Frames.message('b').int64(lsn).int64(lsn + 8).int64(0).int32(XID).string(gid);
    }

    static Frames prepare(long lsn, String gid) {
        return Frames.message('P')
                .int8(0)
                .int64(lsn)
                .int64(lsn + 8)
                .int64(0)
                .int32(XID)
                .string(gid);
    }

    static Frames commitPrepared(long lsn, String gid) {
        return Frames.message('K')
                .int8(0)
                .int64(lsn)
                .int64(lsn + 8)
                .int64(0)
                .int32(XID)
                .string(gid);
    }

    static Frames rollbackPrepared(long lsn, String gid) {
        return Frames.message('r')
                .int8(0)
                .int64(lsn)
                .int64(lsn + 8)
                .int64(0)
                .int64(0)
                .int32(XID)
                .string(gid);
    }

    static Frames streamStart() {
        return streamStart(true);
    }

    static Frames streamStart(boolean first) {
        return Frames.message('S').int32(XID).int8(first ? 1 : 0);
    }

    static Frames streamStop() {
        return Frames.message('E');
    }

    static Frames streamCommit(long lsn) {
        return Frames.message('c').int32(XID).int8(0).int64(lsn).int64(lsn + 8).int64(0);
    }

    static Frames streamPrepare(long lsn, String gid) {
        return Frames.message('p')
                .int8(0)
                .int64(lsn)
                .int64(lsn + 8)
                .int64(0)
                .int32(XID)
                .string(gid);
    }

    static Frames streamAbort(int subXid) {
        return Frames.message('A').int32(XID).int32(subXid);
    }

    /** The same message as a streamed block has it. */
    static Frames streamed(Frames message) {
        return message.withXid(XID);
    }

    static Frames message(long lsn) {
        return Frames.message('M').int8(1).int64(lsn).string("m").int32(0);
    }

    static Frames insertInto(int relation, String value) {
        return Frames.message('I').int32(relation).letter('N').columns(1).text(value);
    }
}
