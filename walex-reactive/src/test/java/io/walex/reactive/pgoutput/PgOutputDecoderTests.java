package io.walex.reactive.pgoutput;

import static io.walex.reactive.pgoutput.Decoded.LSN_1;
import static io.walex.reactive.pgoutput.Decoded.OID;
import static io.walex.reactive.pgoutput.Decoded.XID;
import static io.walex.reactive.pgoutput.Decoded.decode;
import static io.walex.reactive.pgoutput.Decoded.decodeInStream;
import static io.walex.reactive.pgoutput.Decoded.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.PgOutputMessage.Delete;
import io.walex.reactive.pgoutput.PgOutputMessage.Insert;
import io.walex.reactive.pgoutput.PgOutputMessage.Truncate;
import io.walex.reactive.pgoutput.PgOutputMessage.Update;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages that describe a table or change it. */
class PgOutputDecoderTests {

    @Test
    void relation() {
        assertThat(decode(relationBody(Frames.message('R')))).isEqualTo(relation(0));
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
}
