package io.walex.reactive.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.CorruptedFrameException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Any bytes, cut in any way, give the frames that their lengths say, as read here by the plainest means. */
class FrameBufferFuzzTests {

    private static final int RUNS = 1_000;
    private static final int LONGEST = (1 << 30) + 4;

    @Test
    void anyCuttingOfFramesGivesTheSameFrames() {
        for (int seed = 0; seed < RUNS; seed++) {
            Random random = new Random(seed);
            check(seed, frames(random, 300), random, 1 + random.nextInt(400));
        }
    }

    @Test
    void anyCuttingOfLargeFramesGivesTheSameFrames() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            check(seed, frames(random, 400_000), random, 1_000 + random.nextInt(200_000));
        }
    }

    @Test
    void anyCuttingOfAnyBytesGivesTheSameFramesAndTheSameError() {
        for (int seed = 0; seed < RUNS / 10; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            // Mostly zeros and small numbers: else hardly a length would be possible, or a frame would take a gigabyte.
            for (int i = 0; i < bytes.length; i++) {
                int kind = random.nextInt(24);
                bytes[i] = (byte) (kind == 0 ? bytes[i] | 0x80 : kind < 5 ? 4 + random.nextInt(5) : 0);
            }
            check(seed, bytes, random, 1 + random.nextInt(30));
        }
    }

    @Test
    void anyCuttingOfAWrongLengthBehindFramesGivesTheSameError() {
        for (int seed = 0; seed < RUNS; seed++) {
            Random random = new Random(seed);
            byte[] frames = frames(random, 100);
            int wrong = random.nextBoolean() ? random.nextInt(4) : -1 - random.nextInt(Integer.MAX_VALUE);
            byte[] bytes = ByteBuffer.allocate(frames.length + 5 + 20)
                    .put(frames)
                    .put((byte) 'd')
                    .putInt(wrong)
                    .array();
            check(seed, bytes, random, 1 + random.nextInt(200));
        }
    }

    private static byte[] frames(Random random, int longest) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = random.nextInt(20); i >= 0; i--) {
            byte[] content = new byte[random.nextInt(4) == 0 ? random.nextInt(longest) : random.nextInt(30)];
            random.nextBytes(content);
            all.write(random.nextInt(3) == 0 ? random.nextInt(256) : 'd');
            all.writeBytes(ByteBuffer.allocate(4).putInt(content.length + 4).array());
            all.writeBytes(content);
        }
        return all.toByteArray();
    }

    private static void check(int seed, byte[] bytes, Random random, int longestRead) {
        assertThat(seen(bytes, random, longestRead)).as("seed %d", seed).isEqualTo(expected(bytes));
    }

    /** Each frame as its type, its length and a hash of its content; then the error, where there is one. */
    private static List<String> expected(byte[] bytes) {
        List<String> all = new ArrayList<>();
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.remaining() >= 5) {
            int type = left.get() & 0xFF;
            int length = left.getInt();
            if (length < 4 || length > LONGEST) {
                all.add("type 0x%02X, has the length %d,".formatted(type, length));
                break;
            }
            if (left.remaining() < length - 4) {
                break;
            }
            byte[] content = new byte[length - 4];
            left.get(content);
            all.add(frame(type, content));
        }
        return all;
    }

    private static String frame(int type, byte[] content) {
        return type + " " + content.length + " " + Arrays.hashCode(content);
    }

    private static List<String> seen(byte[] bytes, Random random, int longestRead) {
        List<String> all = new ArrayList<>();
        List<ByteBuf> added = new ArrayList<>();
        FrameBuffer frames = new FrameBuffer();
        boolean readAll = random.nextBoolean();
        try {
            for (int from = 0; from < bytes.length; ) {
                int to = Math.min(bytes.length, from + 1 + random.nextInt(longestRead));
                ByteBuf read = read(bytes, from, to, random);
                added.add(read);
                frames.add(read, UnpooledByteBufAllocator.DEFAULT);
                from = to;
                while ((readAll || random.nextInt(4) != 0) && frames.nextType() != FrameBuffer.NONE) {
                    all.add(next(frames, random));
                }
            }
            while (frames.nextType() != FrameBuffer.NONE) {
                all.add(next(frames, random));
            }
        } catch (CorruptedFrameException wrong) {
            String message = String.valueOf(wrong.getMessage());
            all.add(message.substring(message.indexOf("type "), message.indexOf(" and the server")));
        }
        frames.release();
        assertThat(added.stream().filter(read -> read.refCnt() != 0))
                .as("leaked")
                .isEmpty();
        return all;
    }

    private static ByteBuf read(byte[] bytes, int from, int to, Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> Unpooled.wrappedBuffer(Arrays.copyOfRange(bytes, from, to));
            case 1 ->
                Unpooled.wrappedBuffer(Arrays.copyOfRange(bytes, from, to + 9)).slice(0, to - from);
            case 2 ->
                Unpooled.directBuffer(16 + to - from).writeZero(7).skipBytes(7).writeBytes(bytes, from, to - from);
            default ->
                PooledByteBufAllocator.DEFAULT.directBuffer(2 * (to - from)).writeBytes(bytes, from, to - from);
        };
    }

    private static String next(FrameBuffer frames, Random random) {
        int type = frames.nextType();
        if (random.nextInt(3) == 0) {
            ByteBuf frame = frames.take();
            try {
                return frame(type, ByteBufUtil.getBytes(frame.skipBytes(5)));
            } finally {
                frame.release();
            }
        }
        int first = frames.nextContentType();
        ByteBuf content = frames.open();
        byte[] read = ByteBufUtil.getBytes(content);
        assertThat(first).isEqualTo(read.length == 0 ? FrameBuffer.NONE : read[0] & 0xFF);
        content.skipBytes(random.nextInt(read.length + 1));
        frames.close();
        return frame(type, read);
    }
}
