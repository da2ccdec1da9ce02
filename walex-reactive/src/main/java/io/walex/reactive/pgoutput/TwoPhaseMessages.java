package io.walex.reactive.pgoutput;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.PgOutputMessage.BeginPrepare;
import io.walex.reactive.pgoutput.PgOutputMessage.CommitPrepared;
import io.walex.reactive.pgoutput.PgOutputMessage.Prepare;
import io.walex.reactive.pgoutput.PgOutputMessage.RollbackPrepared;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamPrepare;
import java.time.Instant;

/** The bounds of a two-phase transaction (protocol 3). */
final class TwoPhaseMessages {

    private TwoPhaseMessages() {}

    static BeginPrepare beginPrepare(ByteBuf message) {
        Lsn prepareLsn = Wire.lsn(message);
        Lsn endLsn = Wire.lsn(message);
        Instant prepareTimestamp = Wire.timestamp(message);
        int xid = Wire.int32(message);
        return new BeginPrepare(prepareLsn, endLsn, prepareTimestamp, xid, Wire.string(message));
    }

    static Prepare prepare(ByteBuf message) {
        Wire.flags(message, 0);
        Lsn prepareLsn = Wire.lsn(message);
        Lsn endLsn = Wire.lsn(message);
        Instant prepareTimestamp = Wire.timestamp(message);
        int xid = Wire.int32(message);
        return new Prepare(prepareLsn, endLsn, prepareTimestamp, xid, Wire.string(message));
    }

    static CommitPrepared commitPrepared(ByteBuf message) {
        Wire.flags(message, 0);
        Lsn commitLsn = Wire.lsn(message);
        Lsn endLsn = Wire.lsn(message);
        Instant commitTimestamp = Wire.timestamp(message);
        int xid = Wire.int32(message);
        return new CommitPrepared(commitLsn, endLsn, commitTimestamp, xid, Wire.string(message));
    }

    static RollbackPrepared rollbackPrepared(ByteBuf message) {
        Wire.flags(message, 0);
        Lsn prepareEndLsn = Wire.lsn(message);
        Lsn rollbackEndLsn = Wire.lsn(message);
        Instant prepareTimestamp = Wire.timestamp(message);
        Instant rollbackTimestamp = Wire.timestamp(message);
        int xid = Wire.int32(message);
        String gid = Wire.string(message);
        return new RollbackPrepared(prepareEndLsn, rollbackEndLsn, prepareTimestamp, rollbackTimestamp, xid, gid);
    }

    static StreamPrepare streamPrepare(ByteBuf message) {
        Wire.flags(message, 0);
        Lsn prepareLsn = Wire.lsn(message);
        Lsn endLsn = Wire.lsn(message);
        Instant prepareTimestamp = Wire.timestamp(message);
        int xid = Wire.int32(message);
        return new StreamPrepare(prepareLsn, endLsn, prepareTimestamp, xid, Wire.string(message));
    }
}
