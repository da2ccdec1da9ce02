package io.walex.reactive.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WindowPacingTests {

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
        pausesShortly();

        assertThat(pauseAfter(WINDOW)).isZero();
        assertThat(pauseAfter(WINDOW)).isPositive();
        assertThat(pauseAfter(WINDOW)).isZero();
        assertThat(pauseAfter(WINDOW)).isPositive();
    }

    private void pausesShortly() {
        assertThat(pauseAfter(4_000)).isZero();
        assertThat(pauseAfter(1_000)).isPositive().isLessThan(MILLISECOND / 5);
    }

    /** Reads what a sender of so many bytes per millisecond has sent in a pause, to its end. */
    private long drain(int speed, long pause) {
        long sent = Math.max(0, speed * pause / MILLISECOND);
        while (sent >= WINDOW / 4 * 3) {
            assertThat(pauseAfter((int) Math.min(sent, WINDOW))).isZero();
            sent -= WINDOW;
        }
        long next = pauseAfter((int) Math.max(100, sent));
        while (next == 0) {
            now += MILLISECOND / 20;
            next = pauseAfter(speed / 20);
        }
        return next;
    }

    @Test
    void takesAWindowForFullThatIsSmallerThanExpected() {
        pausesShortly();

        for (int i = 0; i < 10; i++) {
            int read = 0;
            do {
                read += 8_000;
            } while (pauseAfter(8_000) == 0 && read < 4 * WINDOW);
            assertThat(read).isGreaterThanOrEqualTo(2 * WINDOW);
        }
    }

    @Test
    void pausesLongerUntilSomethingIsLeftAndThenALittleShorter() {
        long last = 0;
        for (int i = 0; i < 8; i++) {
            long pause = drain(7_000, last);
            assertThat(pause).isGreaterThan(last);
            last = pause;
        }

        long shorter = pauseAfterTwoWindows();

        assertThat(shorter).isBetween(last * 9 / 10, last - 1);
    }

    @Test
    void neverPausesLongerThanFourMilliseconds() {
        long pause = 0;
        for (int i = 0; i < 100; i++) {
            pause = drain(7_000, pause);
            assertThat(pause).isLessThanOrEqualTo(4 * MILLISECOND);
        }
        assertThat(pause).isEqualTo(4 * MILLISECOND);
    }

    @Test
    void doesNotPauseWhereTheReaderIsTheSlowOne() {
        pausesShortly();
        for (int i = 0; i < 200; i++) {
            pauseAfterTwoWindows();
        }

        for (int i = 0; i < 200; i++) {
            assertThat(pauseAfterTwoWindows()).isZero();
        }
    }

    @Test
    void readsAtOnceWhenTheBacklogIsOver() {
        longestPause();

        now += MILLISECOND / 10;
        assertThat(pauseAfter(300)).isZero();
        now += 2 * MILLISECOND;
        assertThat(pauseAfter(300)).isZero();
    }

    @Test
    void forgetsAPauseWhileNothingComes() {
        longestPause();

        now += 1_000 * MILLISECOND;
        assertThat(pauseAfter(5_000)).isLessThan(MILLISECOND / 5);
    }

    @Test
    void doesNotDelayAChangeThatComesLongAfterABurst() {
        assertThat(pauseAfter(10_000)).isZero();

        now += 1_000 * MILLISECOND;
        assertThat(pauseAfter(50)).isZero();
    }

    @Test
    void neverDelaysAModestStreamForLongAfterABurst() {
        longestPause();

        long last = -1;
        for (int i = 0; i < 1_000; i++) {
            now += MILLISECOND / 10;
            last = Math.max(i < 900 ? 0 : last, pauseAfter(300));
        }
        assertThat(last).isZero();
    }

    private void longestPause() {
        long pause = 0;
        for (int i = 0; i < 20; i++) {
            pause = drain(7_000, pause);
        }
        assertThat(pause).isGreaterThan(3 * MILLISECOND);
    }

    @Test
    void readsOnWhileMoreWaits() {
        pacing.read(5_000);

        assertThat(pacing.pauseAfterRead(false, now)).isZero();
    }
}
