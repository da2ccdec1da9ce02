package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.walex.reactive.pgoutput.TupleData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowBufferTests {

    private static void write(ByteBuf frames, @Nullable String... values) {
        int start = frames.writerIndex();
        frames.writeByte('D').writeInt(0).writeShort(values.length);
        for (String value : values) {
            if (value == null) {
                frames.writeInt(-1);
            } else {
                byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
                frames.writeInt(bytes.length).writeBytes(bytes);
            }
        }
        frames.setInt(start + 1, frames.writerIndex() - start - 1);
    }

    @Test
    void givesEachRowAsItCame() {
        Random random = new Random(20);
        RowBuffer buffer = new RowBuffer(new boolean[] {false, false, false});
        List<String> expected = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; i < 50; i++) {
            ByteBuf frames = Unpooled.buffer();
            frames.writeZero(3).skipBytes(3);
            for (int row = random.nextInt(200); row >= 0; row--) {
                // Now and then one that is larger than a slab, or than an index of two bytes reaches.
                int length = random.nextInt(500) == 0 ? random.nextInt(700_000) : random.nextInt(60);
                String value = "v".repeat(length);
                write(frames, String.valueOf(expected.size()), null, value);
                bytes += 2 + 4 + String.valueOf(expected.size()).length() + 4 + 4 + length;
                expected.add(expected.size() + "|null|" + value);
            }
            buffer.add(frames, frames.readableBytes());
            frames.release();
        }

        assertThat(buffer.rows()).isEqualTo(expected.size());
        assertThat(buffer.bytes()).isEqualTo(bytes);
        assertThat(Reading.texts(buffer)).isEqualTo(expected);
        assertThat(Reading.texts(buffer)).isEqualTo(expected);
    }

    @Test
    void tellsBinaryColumnsAndEmptyValues() {
        ByteBuf frames = Unpooled.buffer();
        write(frames, "", "b", null);
        RowBuffer buffer = new RowBuffer(new boolean[] {false, true, true});
        buffer.add(frames, frames.readableBytes());

        TupleData row = Reading.rows(buffer).get(0);

        assertThat(row.kind(0)).isEqualTo(TupleData.TEXT);
        assertThat(row.length(0)).isZero();
        assertThat(row.kind(1)).isEqualTo(TupleData.BINARY);
        assertThat(row.kind(2)).isEqualTo(TupleData.NULL);
        ByteBuf written = Unpooled.buffer();
        row.writeTo(written);
        assertThat(written.readableBytes()).isEqualTo(2 + 5 + 6 + 1);
    }

    @Test
    void rowOfOtherColumnsIsAnError() {
        ByteBuf frames = Unpooled.buffer();
        write(frames, "a");
        RowBuffer buffer = new RowBuffer(new boolean[2]);
        buffer.add(frames, frames.readableBytes());

        assertThatThrownBy(() -> buffer.cursor().next()).hasMessageContaining("1 columns, not 2");
    }

    @Test
    void emptyBufferHasNoRow() {
        assertThat(new RowBuffer(new boolean[1]).cursor().next()).isNull();
    }
}
