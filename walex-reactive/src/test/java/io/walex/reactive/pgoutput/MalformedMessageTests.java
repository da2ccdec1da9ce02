package io.walex.reactive.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class MalformedMessageTests {

    private static final Lsn LSN = Lsn.parse("16/B374D848");

    @Test
    void emptyMessage() {
        assertThat(failure(Unpooled.EMPTY_BUFFER)).hasMessageContaining("1 bytes expected, 0 remain");
    }

    @Test
    void unknownType() {
        assertThat(failure(Frames.message('?')))
                .hasMessage("Cannot decode pgoutput message '?' at offset 1 (LSN 16/B374D848): unknown message type");
    }

    @Test
    void truncatedField() {
        PgOutputDecodingException failure = failure(Frames.message('B').int64(1).int32(0));
        assertThat(failure.messageType()).isEqualTo('B');
        assertThat(failure.offset()).isEqualTo(9);
        assertThat(failure.lsn()).isEqualTo(LSN);
        assertThat(failure).hasMessageContaining("8 bytes expected, 4 remain");
    }

    @Test
    void trailingBytes() {
        assertThat(failure(Frames.message('E').int8(0))).hasMessageContaining("1 bytes behind its end");
        assertThat(failure(insert().columns(0).nullColumn())).hasMessageContaining("1 bytes behind its end");
    }

    @Test
    void unterminatedString() {
        assertThat(failure(Frames.message('O').int64(1).letter('a'))).hasMessageContaining("within a string");
    }

    @Test
    void unknownFlags() {
        assertThat(failure(Frames.message('C').int8(1).int64(1).int64(1).int64(1)))
                .hasMessageContaining("unknown flags 0x01");
    }

    @Test
    void unknownReplicaIdentity() {
        assertThat(failure(Frames.message('R')
                        .int32(1)
                        .string("s")
                        .string("t")
                        .letter('x')
                        .int16(0)))
                .hasMessageContaining("unknown replica identity 0x78");
    }

    @Test
    void unknownTupleTag() {
        assertThat(failure(Frames.message('I').int32(1).letter('O').columns(0))).hasMessageContaining("tuple tag 0x4F");
        assertThat(failure(Frames.message('D').int32(1).letter('N').columns(0))).hasMessageContaining("tuple tag 0x4E");
        assertThat(failure(Frames.message('U')
                        .int32(1)
                        .letter('K')
                        .columns(0)
                        .letter('K')
                        .columns(0)))
                .hasMessageContaining("tuple tag 0x4B")
                .hasMessageContaining("offset 9");
    }

    @Test
    void updateWithoutNewTuple() {
        assertThat(failure(Frames.message('U').int32(1).letter('K').columns(0))).hasMessageContaining("no new tuple");
    }

    @Test
    void missingColumns() {
        assertThat(failure(insert().columns(2).nullColumn()))
                .hasMessageContaining("column 2 of 2 is missing")
                .hasMessageContaining("offset 9");
        assertThat(failure(insert().int8(0))).hasMessageContaining("no column count");
        assertThat(failure(insert().columns(-1))).hasMessageContaining("-1 columns");
    }

    @Test
    void unknownColumnKind() {
        assertThat(failure(insert().columns(1).letter('z'))).hasMessageContaining("unknown kind 0x7A of column 1");
    }

    @Test
    void bogusLengthsAllocateNothing() {
        assertThat(failure(insert().columns(1).letter('t').int32(Integer.MAX_VALUE)))
                .hasMessageContaining("length 2147483647, 0 bytes remain");
        assertThat(failure(insert().columns(1).letter('b').int32(-1))).hasMessageContaining("length -1");
        assertThat(failure(insert().columns(1).letter('b').int16(0))).hasMessageContaining("has no length");
        assertThat(failure(Frames.message('T').int32(Integer.MAX_VALUE).int8(0).int32(1)))
                .hasMessageContaining("2147483647 relations");
        assertThat(failure(Frames.message('M').int8(0).int64(0).string("").int32(Integer.MAX_VALUE)))
                .hasMessageContaining("content of 2147483647 bytes");
    }

    @Test
    void offsetsCountFromTheMessageNotTheBuffer() {
        var buffer = Unpooled.wrappedBuffer(new byte[] {9, 9, 9, 'E', 0}).skipBytes(3);
        assertThat(failure(buffer).offset()).isEqualTo(1);
    }

    private static Frames insert() {
        return Frames.message('I').int32(1).letter('N');
    }

    private static PgOutputDecodingException failure(Frames frames) {
        return failure(frames.buffer());
    }

    private static PgOutputDecodingException failure(io.netty.buffer.ByteBuf buffer) {
        return catchThrowableOfType(
                PgOutputDecodingException.class, () -> PgOutputDecoder.decode(buffer, false, LSN.value()));
    }
}
