package io.walex.reactive.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.PgOutputMessage.Begin;
import io.walex.reactive.pgoutput.PgOutputMessage.BeginPrepare;
import io.walex.reactive.pgoutput.PgOutputMessage.Commit;
import io.walex.reactive.pgoutput.PgOutputMessage.CommitPrepared;
import io.walex.reactive.pgoutput.PgOutputMessage.Delete;
import io.walex.reactive.pgoutput.PgOutputMessage.Insert;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.Origin;
import io.walex.reactive.pgoutput.PgOutputMessage.Prepare;
import io.walex.reactive.pgoutput.PgOutputMessage.RollbackPrepared;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamAbort;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamCommit;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamPrepare;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamStart;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamStop;
import io.walex.reactive.pgoutput.PgOutputMessage.Truncate;
import io.walex.reactive.pgoutput.PgOutputMessage.Update;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PgOutputDecoderTests {

    private static final int OID = 0x9000_0001;
    private static final int XID = 0xFFFF_FFFE;
    private static final Lsn LSN_1 = Lsn.parse("16/B374D848");
    private static final Lsn LSN_2 = Lsn.parse("F0000000/1");
    private static final long MICROS = 774_064_496_789_012L;
    private static final Instant TIME = Instant.parse("2024-07-12T01:54:56.789012Z");

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
    void relation() {
        assertThat(decode(relationBody(Frames.message('R')))).isEqualTo(relation(0));
    }

    @Test
    void relationInStream() {
        assertThat(decodeInStream(relationBody(Frames.message('R').int32(XID)))).isEqualTo(relation(XID));
    }

    @Test
    void emptySchemaIsPgCatalog() {
        Relation relation = (Relation) decode(Frames.message('R')
                .int32(OID)
                .string("")
                .string("pg_class")
                .letter('n')
                .int16(0));
        assertThat(relation.schema()).isEqualTo("pg_catalog");
        assertThat(relation.columns()).isEmpty();
    }

    @Test
    void everyReplicaIdentity() {
        for (ReplicaIdentity identity : ReplicaIdentity.values()) {
            Relation relation = (Relation) decode(Frames.message('R')
                    .int32(OID)
                    .string("public")
                    .string("t")
                    .letter(identity.code())
                    .int16(0));
            assertThat(relation.replicaIdentity()).isEqualTo(identity);
        }
    }

    @Test
    void type() {
        assertThat(decode(Frames.message('Y').int32(OID).string("public").string("mood")))
                .isEqualTo(new PgOutputMessage.Type(0, OID, "public", "mood"));
        assertThat(decodeInStream(
                        Frames.message('Y').int32(XID).int32(OID).string("").string("mood")))
                .isEqualTo(new PgOutputMessage.Type(XID, OID, "pg_catalog", "mood"));
    }

    @Test
    void insertWithEveryKindOfColumn() {
        Insert insert = (Insert) decode(Frames.message('I')
                .int32(OID)
                .letter('N')
                .columns(5)
                .text("42")
                .nullColumn()
                .unchanged()
                .binary((byte) 1, (byte) -1)
                .text(""));
        assertThat(insert.xid()).isZero();
        assertThat(insert.relationOid()).isEqualTo(OID);
        TupleData tuple = insert.newTuple();
        assertThat(tuple.columnCount()).isEqualTo(5);
        assertThat(tuple.kind(0)).isEqualTo(TupleData.TEXT);
        assertThat(text(tuple, 0)).isEqualTo("42");
        assertThat(tuple.kind(1)).isEqualTo(TupleData.NULL);
        assertThat(tuple.kind(2)).isEqualTo(TupleData.UNCHANGED);
        assertThat(tuple.kind(3)).isEqualTo(TupleData.BINARY);
        assertThat(tuple.length(3)).isEqualTo(2);
        assertThat(tuple.bytes()[tuple.offset(3) + 1]).isEqualTo((byte) -1);
        assertThat(text(tuple, 4)).isEmpty();
    }

    @Test
    void insertWithoutColumns() {
        Insert insert =
                (Insert) decode(Frames.message('I').int32(OID).letter('N').columns(0));
        assertThat(insert.newTuple().columnCount()).isZero();
    }

    @Test
    void insertInStream() {
        Insert insert = (Insert) decodeInStream(
                Frames.message('I').int32(XID).int32(OID).letter('N').columns(1).text("1"));
        assertThat(insert.xid()).isEqualTo(XID);
        assertThat(insert.relationOid()).isEqualTo(OID);
    }

    @Test
    void updateWithoutOldTuple() {
        Update update = (Update)
                decode(Frames.message('U').int32(OID).letter('N').columns(1).text("new"));
        assertThat(update.oldTuple()).isNull();
        assertThat(update.oldTupleIsKey()).isFalse();
        assertThat(text(update.newTuple(), 0)).isEqualTo("new");
    }

    @Test
    void updateWithOldKey() {
        Update update = (Update) decode(Frames.message('U')
                .int32(OID)
                .letter('K')
                .columns(2)
                .text("7")
                .nullColumn()
                .letter('N')
                .columns(2)
                .text("8")
                .unchanged());
        assertThat(update.oldTupleIsKey()).isTrue();
        assertThat(text(update.oldTuple(), 0)).isEqualTo("7");
        assertThat(update.oldTuple().kind(1)).isEqualTo(TupleData.NULL);
        assertThat(text(update.newTuple(), 0)).isEqualTo("8");
        assertThat(update.newTuple().kind(1)).isEqualTo(TupleData.UNCHANGED);
    }

    @Test
    void updateWithOldRowInStream() {
        Update update = (Update) decodeInStream(Frames.message('U')
                .int32(XID)
                .int32(OID)
                .letter('O')
                .columns(1)
                .text("old")
                .letter('N')
                .columns(1)
                .text("new"));
        assertThat(update.xid()).isEqualTo(XID);
        assertThat(update.oldTupleIsKey()).isFalse();
        assertThat(text(update.oldTuple(), 0)).isEqualTo("old");
        assertThat(text(update.newTuple(), 0)).isEqualTo("new");
    }

    @Test
    void deleteByKeyAndByRow() {
        Delete byKey = (Delete)
                decode(Frames.message('D').int32(OID).letter('K').columns(1).text("7"));
        assertThat(byKey.oldTupleIsKey()).isTrue();
        assertThat(text(byKey.oldTuple(), 0)).isEqualTo("7");
        Delete byRow = (Delete) decodeInStream(
                Frames.message('D').int32(XID).int32(OID).letter('O').columns(1).text("7"));
        assertThat(byRow.oldTupleIsKey()).isFalse();
        assertThat(byRow.xid()).isEqualTo(XID);
    }

    @Test
    void truncate() {
        assertThat(decode(Frames.message('T').int32(2).int8(0).int32(OID).int32(5)))
                .isEqualTo(new Truncate(0, List.of(OID, 5), false, false));
        assertThat(decode(Frames.message('T').int32(1).int8(1).int32(OID)))
                .isEqualTo(new Truncate(0, List.of(OID), true, false));
        assertThat(decodeInStream(
                        Frames.message('T').int32(XID).int32(1).int8(2).int32(OID)))
                .isEqualTo(new Truncate(XID, List.of(OID), false, true));
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
    void nothingRefersToTheBuffer() {
        ByteBuf buffer = Frames.message('I')
                .int32(OID)
                .letter('N')
                .columns(1)
                .text("kept")
                .buffer();
        Insert insert = (Insert) PgOutputDecoder.decode(buffer, false, LSN_1.value());
        buffer.setZero(0, buffer.capacity());
        assertThat(text(insert.newTuple(), 0)).isEqualTo("kept");
    }

    private static Frames relationBody(Frames frames) {
        return frames.int32(OID)
                .string("sales")
                .string("order")
                .letter('f')
                .int16(2)
                .int8(1)
                .string("id")
                .int32(20)
                .int32(-1)
                .int8(0)
                .string("größe")
                .int32(1700)
                .int32(655366);
    }

    private static Relation relation(int xid) {
        return new Relation(
                xid,
                OID,
                "sales",
                "order",
                ReplicaIdentity.FULL,
                List.of(new RelationColumn("id", true, 20, -1), new RelationColumn("größe", false, 1700, 655366)));
    }

    private static Frames ends(Frames frames) {
        return frames.int8(0).int64(LSN_1.value()).int64(LSN_2.value()).int64(MICROS);
    }

    private static PgOutputMessage decode(Frames frames) {
        return decode(frames, false);
    }

    private static PgOutputMessage decodeInStream(Frames frames) {
        return decode(frames, true);
    }

    private static PgOutputMessage decode(Frames frames, boolean inStream) {
        ByteBuf buffer = frames.buffer();
        PgOutputMessage message = PgOutputDecoder.decode(buffer, inStream, LSN_1.value());
        assertThat(buffer.isReadable()).isFalse();
        return message;
    }

    private static String text(TupleData tuple, int column) {
        return new String(tuple.bytes(), tuple.offset(column), tuple.length(column), StandardCharsets.UTF_8);
    }
}
