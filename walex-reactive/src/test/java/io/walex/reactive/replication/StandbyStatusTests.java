package io.walex.reactive.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StandbyStatusTests {

    @Test
    void writesAnUpdateByteForByte() {
        ByteBuf frame = StandbyStatus.update(
                UnpooledByteBufAllocator.DEFAULT,
                0x16B374D848L,
                0x16B3000000L,
                Instant.parse("2000-01-01T00:00:01.000002Z"),
                true);

        assertThat(ByteBufUtil.hexDump(frame))
                .isEqualTo("64" + "00000026" + "72" + "00000016b374d848" + "00000016b3000000" + "00000016b3000000"
                        + "00000000000f4242" + "01");
        frame.release();
    }

    @Test
    void writesCopyDone() {
        ByteBuf frame = StandbyStatus.copyDone(UnpooledByteBufAllocator.DEFAULT);

        assertThat(ByteBufUtil.hexDump(frame)).isEqualTo("6300000004");
        frame.release();
    }
}
