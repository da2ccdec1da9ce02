package io.walex.reactive.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.CorruptedFrameException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameBufferTests {

    private final List<ByteBuf> added = new ArrayList<>();
    private final FrameBuffer frames = new FrameBuffer();

    @AfterEach
    void releasesWhatWasAdded() {
        frames.release();
        assertThat(added).allSatisfy(bytes -> assertThat(bytes.refCnt()).isZero());
    }

    private void add(String bytes) {
        ByteBuf buffer = Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1);
        added.add(buffer);
        frames.add(buffer, UnpooledByteBufAllocator.DEFAULT);
    }

    private void addHeader(char type, int length) {
        ByteBuf buffer = Unpooled.buffer().writeByte(type).writeInt(length);
        added.add(buffer);
        frames.add(buffer, UnpooledByteBufAllocator.DEFAULT);
    }

    private String read() {
        String content = frames.open().toString(StandardCharsets.ISO_8859_1);
        frames.close();
        return content;
    }

    private String take() {
        ByteBuf frame = frames.take();
        try {
            return frame.toString(StandardCharsets.ISO_8859_1);
        } finally {
            frame.release();
        }
    }

    private static String large() {
        return "y".repeat(3 << 20);
    }

    @Test
    void hasNoFrameBeforeItHasComeWhole() {
        assertThat(frames.nextType()).isEqualTo(FrameBuffer.NONE);
        String frame = Frames.frame('d', "one");
        for (int i = 0; i < frame.length() - 1; i++) {
            add(frame.substring(i, i + 1));
            assertThat(frames.nextType()).isEqualTo(FrameBuffer.NONE);
        }

        add(frame.substring(frame.length() - 1));

        assertThat(frames.nextType()).isEqualTo('d');
        assertThat(read()).isEqualTo("one");
        assertThat(frames.nextType()).isEqualTo(FrameBuffer.NONE);
    }

    @Test
    void givesFramesInTheirOrderHoweverEachIsRead() {
        add(Frames.frame('d', "one") + Frames.frame('S', "two") + Frames.frame('c', "") + Frames.frame('d', "four"));

        assertThat(read()).isEqualTo("one");
        assertThat(frames.nextType()).isEqualTo('S');
        assertThat(take()).isEqualTo(Frames.frame('S', "two"));
        assertThat(frames.nextType()).isEqualTo('c');
        assertThat(take()).isEqualTo(Frames.frame('c', ""));
        assertThat(read()).isEqualTo("four");
    }

    @Test
    void movesPastAFrameThatWasNotReadToItsEnd() {
        add(Frames.frame('d', "one") + Frames.frame('d', "two"));

        frames.open().readByte();
        frames.close();

        assertThat(read()).isEqualTo("two");
    }

    @Test
    void tellsTheFirstByteOfAContentWithoutReadingIt() {
        add(Frames.frame('d', "kept"));

        assertThat(frames.nextContentType()).isEqualTo('k');
        assertThat(read()).isEqualTo("kept");
    }

    @Test
    void anEmptyContentHasNoFirstByte() {
        add(Frames.frame('d', "") + Frames.frame('k', "k"));

        assertThat(frames.nextContentType()).isEqualTo(FrameBuffer.NONE);
    }

    @Test
    void everyByteIsAType() {
        add(Frames.frame('\0', "") + Frames.frame('\u00FF', ""));

        assertThat(frames.nextType()).isZero();
        take();
        assertThat(frames.nextType()).isEqualTo(0xFF);
    }

    @Test
    void takesFramesLargerThanAMegabyte() {
        String bytes = Frames.frame('d', "before") + Frames.frame('d', large()) + Frames.frame('d', "after");
        List<String> seen = new ArrayList<>();

        for (int from = 0; from < bytes.length(); from += 65_536) {
            add(bytes.substring(from, Math.min(bytes.length(), from + 65_536)));
            while (frames.nextType() != FrameBuffer.NONE) {
                seen.add(read());
            }
        }

        assertThat(seen).containsExactly("before", large(), "after");
    }

    @Test
    void aLargeFrameTakesLittleMoreMemoryThanItsSize() {
        String frame = Frames.frame('d', large());

        for (int from = 0; from < frame.length(); from += 65_536) {
            add(frame.substring(from, Math.min(frame.length(), from + 65_536)));
        }

        assertThat(frames.open().capacity()).isBetween(frame.length(), frame.length() + (256 << 10));
        frames.close();
    }

    @Test
    void takesNoMoreMemoryWhenEachReadEndsWithinAFrame() {
        String frame = Frames.frame('d', "x".repeat(100));
        add(frame.substring(0, 50));

        for (int i = 0; i < 1_000; i++) {
            add(frame.substring(50) + frame.substring(0, 50));
            read();
        }

        add(frame.substring(50));
        assertThat(frames.open().capacity()).isLessThan(10 * frame.length());
        frames.close();
    }

    /** As when the channel closes while a frame's event is consumed. */
    @Test
    void aFrameMayBeClosedAfterEverythingWasReleased() {
        add(Frames.frame('d', "one"));
        frames.open();

        frames.release();
        frames.close();

        assertThat(frames.nextType()).isEqualTo(FrameBuffer.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 3, (1 << 30) + 5, Integer.MAX_VALUE})
    void refusesALengthThatNoFrameHas(int length) {
        addHeader('d', length);

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(frames::nextType)
                    .isInstanceOf(CorruptedFrameException.class)
                    .hasMessageContaining("type 0x64")
                    .hasMessageContaining("length " + length)
                    .hasMessageContaining("check the proxies between");
        }
    }

    @Test
    void givesTheFramesBeforeAWrongLength() {
        add(Frames.frame('d', "one"));
        addHeader('d', -1);

        assertThat(read()).isEqualTo("one");
        assertThatThrownBy(frames::nextType).isInstanceOf(CorruptedFrameException.class);
    }
}
