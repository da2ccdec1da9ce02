package io.walex.reactive.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairwiseSampleTests {

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17, 18})
    void hasEachTwoValuesOfTwoOptionsThatCanMeet(int major) {
        List<Combination> all = Combination.knownTo(major);

        List<Combination> sample = PairwiseSample.of(all, 1);

        assertThat(pairs(sample)).isEqualTo(pairs(all));
        assertThat(all).containsAll(sample);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void isSmall(long seed) {
        assertThat(PairwiseSample.of(Combination.knownTo(18), seed)).hasSizeLessThanOrEqualTo(24);
    }

    @Test
    void isTheSameForTheSameSeed() {
        List<Combination> all = Combination.knownTo(18);

        assertThat(PairwiseSample.of(all, 7)).isEqualTo(PairwiseSample.of(all, 7));
    }

    @Test
    void reachesAllCombinationsWithOtherSeeds() {
        List<Combination> all = Combination.knownTo(14);
        Set<Combination> reached = new HashSet<>();

        LongStream.range(0, 100).forEach(seed -> reached.addAll(PairwiseSample.of(all, seed)));

        assertThat(reached).containsExactlyInAnyOrderElementsOf(all);
    }

    private static Set<PairwiseSample.Pair> pairs(List<Combination> combinations) {
        Set<PairwiseSample.Pair> pairs = new HashSet<>();
        combinations.forEach(combination -> pairs.addAll(PairwiseSample.pairs(combination)));
        return pairs;
    }
}
