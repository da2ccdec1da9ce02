package io.walex.reactive.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.Unpooled;
import io.walex.reactive.pgoutput.PgOutputMessage.Delete;
import io.walex.reactive.pgoutput.PgOutputMessage.Insert;
import io.walex.reactive.pgoutput.PgOutputMessage.Update;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fuzzes the decoder from valid frames: whatever the bytes, it gives a message whose columns can all be read, or a
 * {@link PgOutputDecodingException}. More runs: {@code -Dpgoutput.mutations=10000000 -Dpgoutput.seed=...}. What was once
 * found to fail goes into {@code pgoutput/corpus.hex} for good.
 */
@Timeout(300)
class MutatedFramesTests {

    private static final int MUTATIONS = Integer.getInteger("pgoutput.mutations", 100_000);
    private static final int[] INTERESTING = {0, 1, -1, 127, 128, 255, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000};
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void mutationsOfCapturedFrames(long seed) {
        Random random = new Random(Long.getLong("pgoutput.seed", seed));
        List<byte[]> seeds = seeds();
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] mutated = seeds.get(random.nextInt(seeds.size())).clone();
            for (int mutation = random.nextInt(4); mutation >= 0; mutation--) {
                mutated = mutate(mutated, random, seeds);
            }
            check(mutated, random.nextBoolean());
        }
    }

    @Test
    void everyTruncationOfEveryKindOfFrame() {
        for (byte[] seed : seeds()) {
            for (int length = 0; length < Math.min(seed.length, 500); length++) {
                check(Arrays.copyOf(seed, length), false);
                check(Arrays.copyOf(seed, length), true);
            }
        }
    }

    @Test
    void corpus() throws IOException {
        try (InputStream corpus = getClass().getResourceAsStream("/pgoutput/corpus.hex")) {
            new String(corpus.readAllBytes(), StandardCharsets.US_ASCII).lines().forEach(line -> {
                check(HexFormat.of().parseHex(line), false);
                check(HexFormat.of().parseHex(line), true);
            });
        }
    }

    private static void check(byte[] message, boolean inStream) {
        try {
            readAll(decode(message, inStream));
        } catch (PgOutputDecodingException e) {
            assertThat(e.offset()).isBetween(0, message.length);
        } catch (RuntimeException e) {
            fail("Message " + HexFormat.of().formatHex(message), e);
        }
    }

    private static PgOutputMessage decode(byte[] message, boolean inStream) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            return PgOutputDecoder.decode(Unpooled.wrappedBuffer(message), inStream, 42);
        } finally {
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            // The first call loads Netty; a length taken on trust would allocate gigabytes.
            assertThat(allocated).isLessThan(64_000_000);
        }
    }

    static void readAll(PgOutputMessage message) {
        if (message instanceof Insert insert) {
            readAll(insert.newTuple());
        } else if (message instanceof Update update) {
            readAll(update.newTuple());
            if (update.oldTuple() != null) {
                readAll(update.oldTuple());
            }
        } else if (message instanceof Delete delete) {
            readAll(delete.oldTuple());
        }
    }

    private static void readAll(TupleData tuple) {
        for (int i = 0; i < tuple.columnCount(); i++) {
            if (tuple.kind(i) == TupleData.TEXT || tuple.kind(i) == TupleData.BINARY) {
                assertThat(tuple.offset(i) + tuple.length(i)).isLessThanOrEqualTo(tuple.bytes().length);
                assertThat(tuple.length(i)).isNotNegative();
            }
        }
    }

    /** The shortest few of each type in each fixture. */
    private static List<byte[]> seeds() {
        Map<String, List<byte[]>> byType = new LinkedHashMap<>();
        for (String fixture : List.of(
                "postgresql-14-v1", "postgresql-14-v2-streaming", "postgresql-18-v4", "postgresql-18-v4-parallel")) {
            for (CapturedFrame frame : CapturedFrame.fixture(fixture)) {
                byType.computeIfAbsent(fixture + frame.type(), key -> new ArrayList<>())
                        .add(frame.message());
            }
        }
        return byType.values().stream().flatMap(MutatedFramesTests::few).toList();
    }

    private static Stream<byte[]> few(List<byte[]> messages) {
        return messages.stream()
                .sorted((one, other) -> one.length - other.length)
                .limit(4);
    }

    private static byte[] mutate(byte[] message, Random random, List<byte[]> seeds) {
        if (message.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        int at = random.nextInt(message.length);
        switch (random.nextInt(7)) {
            case 0 -> message[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> message[at] = (byte) random.nextInt();
            case 2 -> overwrite(message, at, INTERESTING[random.nextInt(INTERESTING.length)], 4);
            case 3 -> overwrite(message, at, INTERESTING[random.nextInt(INTERESTING.length)], 2);
            case 4 -> {
                return Arrays.copyOf(message, random.nextInt(message.length + 8));
            }
            case 5 -> {
                return splice(message, at, at + random.nextInt(message.length - at), new byte[0]);
            }
            default -> {
                byte[] other = seeds.get(random.nextInt(seeds.size()));
                return splice(message, at, at, Arrays.copyOfRange(other, random.nextInt(other.length), other.length));
            }
        }
        return message;
    }

    private static void overwrite(byte[] message, int at, int value, int size) {
        for (int i = 0; i < size && at + i < message.length; i++) {
            message[at + i] = (byte) (value >> 8 * (size - 1 - i));
        }
    }

    private static byte[] splice(byte[] message, int from, int to, byte[] insert) {
        byte[] spliced = new byte[from + insert.length + message.length - to];
        System.arraycopy(message, 0, spliced, 0, from);
        System.arraycopy(insert, 0, spliced, from, insert.length);
        System.arraycopy(message, to, spliced, from + insert.length, message.length - to);
        return spliced;
    }
}
