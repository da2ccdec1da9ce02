package io.walex.reactive.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Decodes single messages, and the values that they hold. */
final class Decoded {

    static final int OID = 0x9000_0001;
    static final int XID = 0xFFFF_FFFE;
    static final Lsn LSN_1 = Lsn.parse("16/B374D848");
    static final Lsn LSN_2 = Lsn.parse("F0000000/1");
    static final long MICROS = 774_064_496_789_012L;
    static final Instant TIME = Instant.parse("2024-07-12T01:54:56.789012Z");

    private Decoded() {}

    static Frames ends(Frames frames) {
        return frames.int8(0).int64(LSN_1.value()).int64(LSN_2.value()).int64(MICROS);
    }

    static PgOutputMessage decode(Frames frames) {
        return decode(frames, false);
    }

    static PgOutputMessage decode(Frames frames, boolean inStream) {
        ByteBuf buffer = frames.buffer();
        PgOutputMessage message = PgOutputDecoder.decode(buffer, inStream, LSN_1.value());
        assertThat(buffer.isReadable()).isFalse();
        return message;
    }

    static PgOutputMessage decodeInStream(Frames frames) {
        return decode(frames, true);
    }

    static String text(TupleData tuple, int column) {
        return new String(tuple.bytes(), tuple.offset(column), tuple.length(column), StandardCharsets.UTF_8);
    }
}
