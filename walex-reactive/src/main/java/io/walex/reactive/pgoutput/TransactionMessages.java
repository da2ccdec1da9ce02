package io.walex.reactive.pgoutput;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.PgOutputMessage.Begin;
import io.walex.reactive.pgoutput.PgOutputMessage.Commit;
import io.walex.reactive.pgoutput.PgOutputMessage.Origin;
import java.time.Instant;

/** The bounds of an ordinary transaction. */
final class TransactionMessages {

    private TransactionMessages() {}

    static Begin begin(ByteBuf message) {
        Lsn commitLsn = Wire.lsn(message);
        Instant commitTimestamp = Wire.timestamp(message);
        return new Begin(commitLsn, commitTimestamp, Wire.int32(message));
    }

    static Commit commit(ByteBuf message) {
        Wire.flags(message, 0);
        Lsn commitLsn = Wire.lsn(message);
        Lsn endLsn = Wire.lsn(message);
        return new Commit(commitLsn, endLsn, Wire.timestamp(message));
    }

    static Origin origin(ByteBuf message) {
        Lsn lsn = Wire.lsn(message);
        return new Origin(lsn, Wire.string(message));
    }
}
