package io.walex.reactive.pgoutput;

import static io.walex.reactive.pgoutput.Decoded.LSN_1;
import static io.walex.reactive.pgoutput.Decoded.LSN_2;
import static io.walex.reactive.pgoutput.Decoded.MICROS;
import static io.walex.reactive.pgoutput.Decoded.TIME;
import static io.walex.reactive.pgoutput.Decoded.XID;
import static io.walex.reactive.pgoutput.Decoded.decode;
import static io.walex.reactive.pgoutput.Decoded.decodeInStream;
import static io.walex.reactive.pgoutput.Decoded.ends;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.pgoutput.PgOutputMessage.Begin;
import io.walex.reactive.pgoutput.PgOutputMessage.BeginPrepare;
import io.walex.reactive.pgoutput.PgOutputMessage.Commit;
import io.walex.reactive.pgoutput.PgOutputMessage.CommitPrepared;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.Origin;
import io.walex.reactive.pgoutput.PgOutputMessage.Prepare;
import io.walex.reactive.pgoutput.PgOutputMessage.RollbackPrepared;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamAbort;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamCommit;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamPrepare;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamStart;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamStop;
import org.junit.jupiter.api.Test;

/** Messages that begin, end or accompany a transaction. */
class TransactionMessagesTests {

    @Test
    void begin() {
        assertThat(decode(Frames.message('B').int64(LSN_1.value()).int64(MICROS).int32(XID)))
                .isEqualTo(new Begin(LSN_1, TIME, XID));
    }

    @Test
    void timestampsBeforeThePostgresEpoch() {
        Begin begin = (Begin) decode(Frames.message('B').int64(1).int64(-1).int32(1));
        assertThat(begin.commitTimestamp()).isEqualTo("1999-12-31T23:59:59.999999Z");
    }

    @Test
    void extremeTimestamps() {
        assertThat(decode(Frames.message('B').int64(1).int64(Long.MIN_VALUE).int32(1)))
                .isInstanceOf(Begin.class);
        assertThat(decode(Frames.message('B').int64(1).int64(Long.MAX_VALUE).int32(1)))
                .isInstanceOf(Begin.class);
    }

    @Test
    void commit() {
        assertThat(decode(ends(Frames.message('C')))).isEqualTo(new Commit(LSN_1, LSN_2, TIME));
    }

    @Test
    void origin() {
        assertThat(decode(Frames.message('O').int64(LSN_1.value()).string("pg_16390")))
                .isEqualTo(new Origin(LSN_1, "pg_16390"));
    }

    @Test
    void streamedBlock() {
        assertThat(decode(Frames.message('S').int32(XID).int8(1))).isEqualTo(new StreamStart(XID, true));
        assertThat(decode(Frames.message('S').int32(XID).int8(0))).isEqualTo(new StreamStart(XID, false));
        assertThat(decodeInStream(Frames.message('E'))).isEqualTo(new StreamStop());
    }

    @Test
    void streamCommit() {
        assertThat(decode(ends(Frames.message('c').int32(XID)))).isEqualTo(new StreamCommit(XID, LSN_1, LSN_2, TIME));
    }

    @Test
    void streamAbort() {
        assertThat(decode(Frames.message('A').int32(XID).int32(5))).isEqualTo(new StreamAbort(XID, 5, null, null));
    }

    @Test
    void streamAbortOfParallelStreaming() {
        assertThat(decode(Frames.message('A')
                        .int32(XID)
                        .int32(XID)
                        .int64(LSN_1.value())
                        .int64(MICROS)))
                .isEqualTo(new StreamAbort(XID, XID, LSN_1, TIME));
    }

    @Test
    void beginPrepare() {
        assertThat(decode(Frames.message('b')
                        .int64(LSN_1.value())
                        .int64(LSN_2.value())
                        .int64(MICROS)
                        .int32(XID)
                        .string("gid-1")))
                .isEqualTo(new BeginPrepare(LSN_1, LSN_2, TIME, XID, "gid-1"));
    }

    @Test
    void preparedTransactionsEnd() {
        assertThat(decode(ends(Frames.message('P')).int32(XID).string("gid-1")))
                .isEqualTo(new Prepare(LSN_1, LSN_2, TIME, XID, "gid-1"));
        assertThat(decode(ends(Frames.message('K')).int32(XID).string("gid-1")))
                .isEqualTo(new CommitPrepared(LSN_1, LSN_2, TIME, XID, "gid-1"));
        assertThat(decode(ends(Frames.message('p')).int32(XID).string("gid-1")))
                .isEqualTo(new StreamPrepare(LSN_1, LSN_2, TIME, XID, "gid-1"));
        assertThat(decode(ends(Frames.message('r')).int64(MICROS + 1).int32(XID).string("gid-1")))
                .isEqualTo(new RollbackPrepared(LSN_1, LSN_2, TIME, TIME.plusNanos(1000), XID, "gid-1"));
    }

    @Test
    void logicalMessage() {
        LogicalMessage message = (LogicalMessage) decode(Frames.message('M')
                .int8(1)
                .int64(LSN_1.value())
                .string("outbox")
                .int32(3)
                .bytes((byte) 0, (byte) 1, (byte) 2));
        assertThat(message.transactional()).isTrue();
        assertThat(message.lsn()).isEqualTo(LSN_1);
        assertThat(message.prefix()).isEqualTo("outbox");
        assertThat(message.content()).containsExactly(0, 1, 2);
    }

    @Test
    void logicalMessageInStream() {
        LogicalMessage message = (LogicalMessage) decodeInStream(
                Frames.message('M').int32(XID).int8(0).int64(1).string("").int32(0));
        assertThat(message.xid()).isEqualTo(XID);
        assertThat(message.transactional()).isFalse();
        assertThat(message.content()).isEmpty();
    }
}
