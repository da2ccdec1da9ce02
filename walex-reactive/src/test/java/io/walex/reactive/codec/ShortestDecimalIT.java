package io.walex.reactive.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Numbers of every kind as the server writes them. {@code -Dwalex.floats=10000000} takes more of any, {@code
 * -Dcodec.seed=2} others.
 */
@ParameterizedClass(name = "PostgreSQL {0}")
@ValueSource(ints = {15, 18})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShortestDecimalIT {

    private static final int AT_ONCE = 20_000;
    private static final int COUNT = Integer.getInteger("walex.floats", AT_ONCE);

    @Parameter
    int major;

    private final Random random = new Random(Long.getLong("codec.seed", 1));
    private TestDatabase database;
    private ServerTexts server;

    @BeforeParameterizedClassInvocation
    void connect() throws Exception {
        database = PostgresServer.shared(major).createDatabase();
        server = new ServerTexts(database);
    }

    @AfterParameterizedClassInvocation
    void disconnect() throws Exception {
        server.close();
        database.drop();
    }

    @Test
    void doublesOfAnyBits() throws Exception {
        for (int done = 0; done < COUNT; done += AT_ONCE) {
            assertDoubles(random.longs(AT_ONCE).toArray());
        }
    }

    @Test
    void floatsOfAnyBits() throws Exception {
        for (int done = 0; done < COUNT; done += AT_ONCE) {
            assertFloats(random.ints(AT_ONCE).toArray());
        }
    }

    @Test
    void thoseOfTheTestsWithoutAServer() throws Exception {
        double[] doubles = {1e23, 2e23, 3e23, 1e15, 1e14, 1e-4, 1e-5, -0.0, Double.MIN_VALUE, Double.MAX_VALUE};
        assertDoubles(
                Arrays.stream(doubles).mapToLong(Double::doubleToRawLongBits).toArray());
        assertThat(server.of(new double[] {1e23})).containsExactly("9.999999999999999e+22");
        assertThat(server.of(new float[] {1e5f, 1e6f, 1e-4f, 1e-5f}))
                .containsExactly("100000", "1e+06", "0.0001", "1e-05");
    }

    /** Powers of two, where numbers below are nearer than those above, and what is next to them. */
    @Test
    void edgesOfEveryBinade() throws Exception {
        assertDoubles(IntStream.range(0, 0x7FF)
                .mapToLong(exponent -> (long) exponent << 52)
                .flatMap(edge -> IntStream.rangeClosed(-3, 3).mapToLong(step -> Math.max(0, edge + step)))
                .toArray());
        assertFloats(IntStream.range(0, 0xFF)
                .map(exponent -> exponent << 23)
                .flatMap(edge -> IntStream.rangeClosed(-3, 3).map(step -> Math.max(0, edge + step)))
                .toArray());
    }

    @Test
    void theSmallest() throws Exception {
        assertDoubles(IntStream.range(0, AT_ONCE).mapToLong(i -> i).toArray());
        assertFloats(IntStream.range(0, AT_ONCE).toArray());
    }

    /** Decimals of few digits and their neighbours: halves, integers, and what lies halfway between two numbers. */
    @Test
    void aroundShortDecimals() throws Exception {
        assertDoubles(IntStream.range(0, AT_ONCE)
                .mapToLong(i -> Double.doubleToRawLongBits(Double.parseDouble(
                        (random.nextInt(1 << random.nextInt(31)) + 1) + "e" + (random.nextInt(660) - 335))))
                .map(bits -> Math.max(0, bits + random.nextInt(3) - 1))
                .toArray());
        assertDoubles(IntStream.range(0, AT_ONCE)
                .mapToLong(i -> Double.doubleToRawLongBits(
                        Double.parseDouble((random.nextInt(1 << random.nextInt(31)) + 1) + "e" + random.nextInt(26))))
                .map(bits -> Math.max(0, bits + random.nextInt(3) - 1))
                .toArray());
        assertFloats(IntStream.range(0, AT_ONCE)
                .map(i -> Float.floatToRawIntBits(Float.parseFloat(
                        (random.nextInt(1 << random.nextInt(25)) + 1) + "e" + (random.nextInt(88) - 50))))
                .map(bits -> Math.max(0, bits + random.nextInt(3) - 1))
                .toArray());
        assertDoubles(IntStream.range(0, AT_ONCE)
                .mapToLong(i -> Double.doubleToRawLongBits(random.nextInt() / (double) (1 << random.nextInt(30))))
                .toArray());
    }

    private void assertDoubles(long[] bits) throws Exception {
        double[] values =
                Arrays.stream(bits).mapToDouble(Double::longBitsToDouble).toArray();
        List<String> expected = server.of(values);
        for (int i = 0; i < values.length; i++) {
            if (!ShortestDecimal.of(values[i]).equals(expected.get(i))) {
                assertThat(ShortestDecimal.of(values[i]))
                        .as("double of bits %x", bits[i])
                        .isEqualTo(expected.get(i));
            }
        }
    }

    private void assertFloats(int[] bits) throws Exception {
        float[] values = new float[bits.length];
        for (int i = 0; i < bits.length; i++) {
            values[i] = Float.intBitsToFloat(bits[i]);
        }
        List<String> expected = server.of(values);
        for (int i = 0; i < values.length; i++) {
            if (!ShortestDecimal.of(values[i]).equals(expected.get(i))) {
                assertThat(ShortestDecimal.of(values[i]))
                        .as("float of bits %x", bits[i])
                        .isEqualTo(expected.get(i));
            }
        }
    }
}
