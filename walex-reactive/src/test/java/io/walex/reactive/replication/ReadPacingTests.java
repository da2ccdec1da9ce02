package io.walex.reactive.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadPacingTests {

    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

    private final ReadPacing pacing = new ReadPacing();
    private long now = 42;

    ReadPacingTests() {
        pauseAfter(50);
    }

    private long pauseAfter(int bytes) {
        pacing.read(bytes);
        long pause = pacing.pauseAfterRead(true, now);
        now += pause;
        return pause;
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
    void pausesBehindAFastSender() {
        long paused = 0;
        for (int i = 0; i < 100; i++) {
            now += 2_000;
            paused += pauseAfter(100);
        }
        assertThat(paused).isEqualTo(2 * MILLISECOND);
    }

    @Test
    void pausesLongerAsLongAsThatPays() {
        assertThat(pausesOfRound(50_000)).isEqualTo(MILLISECOND);
        assertThat(pausesOfRound(50_000)).isEqualTo(2 * MILLISECOND);
        assertThat(pausesOfRound(200_000)).isEqualTo(4 * MILLISECOND);
        assertThat(pausesOfRound(200_000)).isEqualTo(8 * MILLISECOND);
        assertThat(pausesOfRound(200_000)).isEqualTo(8 * MILLISECOND);
        assertThat(pausesOfRound(4_200)).isEqualTo(8 * MILLISECOND);
        assertThat(pausesOfRound(4_200)).isEqualTo(4 * MILLISECOND);
        assertThat(pausesOfRound(4_200)).isEqualTo(2 * MILLISECOND);
        assertThat(pausesOfRound(4_200)).isEqualTo(MILLISECOND);
        assertThat(pausesOfRound(4_200)).isEqualTo(2 * MILLISECOND);
    }

    @Test
    void pausesNoLongerBehindASenderThatIsNotQuiteFast() {
        assertThat(pauseAfter(4_100)).isEqualTo(MILLISECOND);
        assertThat(pauseAfter(4_100)).isEqualTo(MILLISECOND);
        readPromptly(100);
        now += MILLISECOND / 3;
        assertThat(pauseAfter(4_100)).isEqualTo(MILLISECOND);
    }

    private long pausesOfRound(int bytes) {
        long pause = pauseAfter(bytes);
        assertThat(pauseAfter(bytes)).isEqualTo(pause);
        readPromptly(bytes / 20);
        return pause;
    }

    @Test
    void pausesAsLongWhenAReadBringsOnlyWhatWasUnderWay() {
        for (int round = 0; round < 10; round++) {
            pausesOfRound(200_000);
        }
        for (int round = 0; round < 10; round++) {
            assertThat(pauseAfter(4_200)).isEqualTo(8 * MILLISECOND);
            assertThat(pauseAfter(4_200)).isEqualTo(8 * MILLISECOND);
            readPromptly(14_000);
        }
    }

    @Test
    void readsAtOnceWhatAReadOfLittleLetGo() {
        assertThat(pauseAfter(5_000)).isEqualTo(MILLISECOND);
        assertThat(pauseAfter(2_000)).isZero();
        assertThat(pauseAfter(50_000)).isEqualTo(MILLISECOND);
        readPromptly(200);
    }

    @Test
    void readsPromptlyBetweenPauses() {
        for (int i = 0; i < 10; i++) {
            assertThat(pauseAfter(20_000)).isPositive();
            assertThat(pauseAfter(20_000)).isPositive();
            readPromptly(200);
        }
    }

    private void readPromptly(int bytes) {
        for (int i = 0; i < 28; i++) {
            now += 20_000;
            assertThat(pacing.read(bytes)).isFalse();
            assertThat(pacing.pauseAfterRead(true, now)).isZero();
        }
    }

    @Test
    void endsATurnForAPause() {
        assertThat(pacing.read(3_000)).isFalse();
        assertThat(pacing.read(3_000)).isTrue();
        assertThat(pacing.pauseAfterRead(true, now)).isPositive();
        assertThat(pacing.read(3_000)).isFalse();
    }

    @Test
    void readsOnWhileMoreWaits() {
        for (int i = 0; i < 100; i++) {
            pacing.read(20_000);
            assertThat(pacing.pauseAfterRead(false, now)).isZero();
        }
        assertThat(pauseAfter(100)).isPositive();
    }

    @Test
    void readsAtOnceWhenTheBacklogIsOver() {
        assertThat(pauseAfter(5_000)).isEqualTo(MILLISECOND);
        now += MILLISECOND / 10;
        assertThat(pauseAfter(300)).isZero();
        now += 2 * MILLISECOND;
        assertThat(pauseAfter(300)).isZero();
    }

    @Test
    void forgetsAPauseWhileNothingComes() {
        longestPause();

        now += 1_000 * MILLISECOND;
        assertThat(pauseAfter(5_000)).isZero();
        assertThat(pauseAfter(5_000)).isEqualTo(MILLISECOND);
    }

    @Test
    void forgetsPromptReadsWhileNothingComes() {
        longestPause();
        readPromptly(4_000);

        now += 1_000 * MILLISECOND;
        assertThat(pauseAfter(50)).isZero();
    }

    @Test
    void doesNotDelayAChangeThatComesShortlyAfterABurst() {
        longestPause();
        readPromptly(4_000);

        now += 5 * MILLISECOND;
        assertThat(pauseAfter(50)).isZero();
    }

    @Test
    void doesNotAddUpWhatComesNowAndThen() {
        assertThat(pauseAfter(3_900)).isZero();

        now += 2 * MILLISECOND;
        assertThat(pauseAfter(300)).isZero();
    }

    @Test
    void neverDelaysLargeRowsThatComeNowAndThen() {
        for (int i = 0; i < 100; i++) {
            now += 20 * MILLISECOND;
            assertThat(pauseAfter(50_000)).isZero();
        }
    }

    @Test
    void neverDelaysAModestStreamForLongAfterABurst() {
        longestPause();

        long last = 0;
        for (int i = 0; i < 1_000; i++) {
            now += MILLISECOND / 10;
            long pause = pauseAfter(300);
            last = i < 100 ? last : Math.max(last, pause);
        }
        assertThat(last).isZero();
    }

    /** Of what piles up in a pause, so many rows are under way; reading them lets the others go. */
    @ParameterizedTest
    @ValueSource(ints = {2, 13, 1_000})
    void neverDelaysAFastStreamOfSmallRowsForLongAfterABurst(int underWay) {
        longestPause();

        int rowEvery = 20_000;
        long sent = now - 8 * MILLISECOND;
        int heldBack = 0;
        long last = 0;
        for (int i = 0; i < 1_000; i++) {
            now = heldBack > 0 ? now + 30_000 : Math.max(now, sent + rowEvery);
            int rows = Math.toIntExact((now - sent) / rowEvery);
            sent += (long) rows * rowEvery;
            int letGo = heldBack;
            heldBack = Math.max(0, rows - underWay);
            long pause = pauseAfter(75 * (letGo + rows - heldBack));
            last = i < 100 ? last : Math.max(last, pause);
        }
        assertThat(last).isZero();
    }

    private void longestPause() {
        for (int round = 0; round < 3; round++) {
            pausesOfRound(200_000);
        }
        assertThat(pauseAfter(200_000)).isEqualTo(8 * MILLISECOND);
        assertThat(pauseAfter(200_000)).isEqualTo(8 * MILLISECOND);
    }
}
