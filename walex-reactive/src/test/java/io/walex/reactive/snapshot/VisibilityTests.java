package io.walex.reactive.snapshot;

import static io.walex.reactive.snapshot.Visibility.Seen.DOUBT;
import static io.walex.reactive.snapshot.Visibility.Seen.NO;
import static io.walex.reactive.snapshot.Visibility.Seen.YES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VisibilityTests {

    private static final long EPOCH = 1L << 32;

    @Test
    void readsTheTextOfASnapshot() {
        assertThat(PrimaryVisibility.parse("10:20:10,14,15", 7))
                .isEqualTo(new PrimaryVisibility(10, 20, Set.of(10L, 14L, 15L), 7));
        assertThat(PrimaryVisibility.parse("725:725:", 7)).isEqualTo(new PrimaryVisibility(725, 725, Set.of(), 7));
    }

    @Test
    void readsIdsOf64Bits() {
        assertThat(PrimaryVisibility.parse("12884901888:12884901999:12884901888", 7))
                .isEqualTo(new PrimaryVisibility(3 * EPOCH, 3 * EPOCH + 111, Set.of(3 * EPOCH), 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "10:20", "10:20:x", "10:20:10,,11", "10:20:10,", ":20:", "10:20:10:11"})
    void refusesOtherTexts(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrimaryVisibility.parse(text, 7))
                .withMessage("\"" + text + "\" is not a snapshot; expected a form like 10:20:10,14,15");
    }

    @Test
    void showsWhatHadEnded() {
        Visibility visibility = PrimaryVisibility.parse("10:20:10,14,15", 1000);

        assertThat(visibility.of(9, 1)).isEqualTo(YES);
        assertThat(visibility.of(10, 1)).isEqualTo(NO);
        assertThat(visibility.of(13, 1)).isEqualTo(YES);
        assertThat(visibility.of(14, 1)).isEqualTo(NO);
        assertThat(visibility.of(19, 1)).isEqualTo(YES);
        assertThat(visibility.of(20, 1)).isEqualTo(NO);
        assertThat(visibility.of(21, 1)).isEqualTo(NO);
        assertThat(visibility.target()).isEqualTo(1000);
    }

    @Test
    void doesNotShowWhatCommittedBehindTheSnapshot() {
        Visibility visibility = PrimaryVisibility.parse("10:20:", 1000);

        assertThat(visibility.of(9, 999)).isEqualTo(YES);
        assertThat(visibility.of(9, 1000)).isEqualTo(NO);
    }

    @Test
    void comparesLsnsAsUnsigned() {
        Visibility visibility = PrimaryVisibility.parse("10:20:", Long.MIN_VALUE + 5);

        assertThat(visibility.of(9, Long.MAX_VALUE)).isEqualTo(YES);
        assertThat(visibility.of(9, Long.MIN_VALUE + 4)).isEqualTo(YES);
        assertThat(visibility.of(9, Long.MIN_VALUE + 5)).isEqualTo(NO);
    }

    @Test
    void widensIdsAroundTheEndOf32Bits() {
        Visibility before = new PrimaryVisibility(EPOCH - 10, EPOCH - 2, Set.of(EPOCH - 5), 1000);
        Visibility behind = new PrimaryVisibility(EPOCH - 10, EPOCH + 10, Set.of(EPOCH - 5, EPOCH + 5), 1000);

        assertThat(before.of(-11, 1)).isEqualTo(YES);
        assertThat(before.of(-5, 1)).isEqualTo(NO);
        assertThat(before.of(-3, 1)).isEqualTo(YES);
        assertThat(before.of(3, 1)).isEqualTo(NO);
        assertThat(behind.of(-11, 1)).isEqualTo(YES);
        assertThat(behind.of(-5, 1)).isEqualTo(NO);
        assertThat(behind.of(3, 1)).isEqualTo(YES);
        assertThat(behind.of(5, 1)).isEqualTo(NO);
        assertThat(behind.of(10, 1)).isEqualTo(NO);
    }

    @Test
    void widensIdsAroundTheHalfOf32Bits() {
        long half = 5 * EPOCH + (1L << 31);
        Visibility visibility = new PrimaryVisibility(half - 1, half + 3, Set.of(half - 1), 1000);

        assertThat(visibility.of(Integer.MAX_VALUE - 1, 1)).isEqualTo(YES);
        assertThat(visibility.of(Integer.MAX_VALUE, 1)).isEqualTo(NO);
        assertThat(visibility.of(Integer.MIN_VALUE, 1)).isEqualTo(YES);
        assertThat(visibility.of(Integer.MIN_VALUE + 3, 1)).isEqualTo(NO);
    }

    @Test
    void tellsWhenAllUpToAnIdAreShown() {
        Visibility visibility = PrimaryVisibility.parse("10:20:10", 1000);

        assertThat(visibility.showsAllUpTo(9, 999)).isTrue();
        assertThat(visibility.showsAllUpTo(11, 999)).isFalse();
        assertThat(visibility.showsAllUpTo(9, 1000)).isFalse();
        assertThat(new StandbyVisibility(500, 600).showsAllUpTo(0, 499)).isTrue();
        assertThat(new StandbyVisibility(500, 600).showsAllUpTo(0, 500)).isFalse();
    }

    /** Whatever its id. */
    @Test
    void standbyShowsWhatWasReplayed() {
        Visibility visibility = new StandbyVisibility(500, 600);

        assertThat(visibility.of(Integer.MAX_VALUE, 499)).isEqualTo(YES);
        assertThat(visibility.of(3, 500)).isEqualTo(DOUBT);
        assertThat(visibility.of(3, 600)).isEqualTo(DOUBT);
        assertThat(visibility.target()).isEqualTo(641);
    }

    @Test
    void standbyMayShowTheRecordThatIsBeingReplayed() {
        Visibility visibility = new StandbyVisibility(600, 600);

        // Behind a page's long header.
        assertThat(visibility.of(3, 640)).isEqualTo(DOUBT);
        assertThat(visibility.of(3, 641)).isEqualTo(NO);
        assertThat(new StandbyVisibility(-9, Long.MIN_VALUE).of(3, Long.MAX_VALUE))
                .isEqualTo(YES);
    }
}
