package io.walex.reactive.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WindowPacingTests {

    private static final long MICROSECOND = TimeUnit.MICROSECONDS.toNanos(1);
    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int WINDOW = 16 << 10;

    private final ReceiveWindow window = new ReceiveWindow(anything -> true);
    private final EmbeddedChannel channel = new EmbeddedChannel(window);
    private final WindowPacing pacing = new WindowPacing(window);
    private long now = 42;

    WindowPacingTests() {
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 5432));
    }

    @AfterEach
    void close() {
        channel.close();
    }

    private long pauseAfter(int bytes) {
        assertThat(pacing.read(bytes)).isFalse();
        long pause = pacing.pauseAfterRead(true, now);
        now += pause;
        return pause;
    }

    private long pauseAfterTwoWindows() {
        assertThat(pauseAfter(WINDOW)).isZero();
        return pauseAfter(WINDOW);
    }

    @Test
    void neverDelaysChangesThatComeNowAndThen() {
        for (int i = 0; i < 1000; i++) {
            now += 5 * MILLISECOND;
            assertThat(pauseAfter(300)).isZero();
        }
    }

    @Test
    void neverDelaysASteadyModestStream() {
        for (int i = 0; i < 10_000; i++) {
            now += MILLISECOND / 5;
            assertThat(pauseAfter(500)).isZero();
        }
    }

    @Test
    void readsWindowsThatAreFullAndPausesAfterTwo() {
        pauseAfter(5_000);

        assertThat(pauseAfter(WINDOW)).isZero();
        assertThat(pauseAfter(WINDOW)).isPositive();
        assertThat(pauseAfter(WINDOW)).isZero();
        assertThat(pauseAfter(WINDOW)).isPositive();
    }

    @Test
    void pausesLongerUntilSomethingIsLeftAndThenALittleShorter() {
        long last = 0;
        for (int i = 0; i < 5; i++) {
            long pause = pauseAfter(WINDOW) + pauseAfter(1_000);
            assertThat(pause).isGreaterThan(last);
            last = pause;
        }

        long shorter = pauseAfterTwoWindows();

        assertThat(shorter).isBetween(last * 9 / 10, last - 1);
    }

    @Test
    void neverPausesLongerThanFourMilliseconds() {
        for (int i = 0; i < 100; i++) {
            assertThat(pauseAfter(WINDOW) + pauseAfter(1_000)).isLessThanOrEqualTo(4 * MILLISECOND);
        }
    }

    @Test
    void doesNotPauseWhereTheReaderIsTheSlowOne() {
        pauseAfter(5_000);
        for (int i = 0; i < 200; i++) {
            pauseAfterTwoWindows();
        }

        for (int i = 0; i < 200; i++) {
            assertThat(pauseAfterTwoWindows()).isZero();
        }
    }

    @Test
    void readsAtOnceWhenTheBacklogIsOver() {
        long longest = 0;
        for (int i = 0; i < 20; i++) {
            longest = pauseAfter(WINDOW) + pauseAfter(1_000);
        }
        assertThat(pauseAfter(5_000)).isEqualTo(longest / 2);
        assertThat(pauseAfter(300)).isZero();
        now += 2 * MILLISECOND;
        assertThat(pauseAfter(300)).isZero();
    }

    @Test
    void readsOnWhileMoreWaits() {
        pacing.read(5_000);

        assertThat(pacing.pauseAfterRead(false, now)).isZero();
    }

    @Test
    void widensTheWindowWhereMostMessagesAreLarge() {
        for (int i = 0; i < 10_000; i++) {
            pacing.message(i % 2 == 0 ? 100 : 1_000_000);
        }
        assertThat(window.size()).isEqualTo(WINDOW);

        for (int i = 0; i < 1_000; i++) {
            pacing.message(5_000);
        }

        assertThat(window.size()).isEqualTo(4 * WINDOW);
    }
}
