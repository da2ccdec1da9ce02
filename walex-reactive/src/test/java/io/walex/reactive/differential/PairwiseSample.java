package io.walex.reactive.differential;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Few of many combinations, in which each two values of two options still meet wherever they can. */
final class PairwiseSample {

    private PairwiseSample() {}

    /**
     * Takes, of the combinations in random order, the one with the most pairs that no other had, until no pair is missing.
     *
     * @param all records of one kind, whose components are the options
     * @param seed which of the many samples; in their order all combinations come by
     */
    static <R extends Record> List<R> of(List<R> all, long seed) {
        List<R> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(seed));
        Map<R, Set<Pair>> missing = new LinkedHashMap<>();
        shuffled.forEach(combination -> missing.put(combination, pairs(combination)));
        List<R> sample = new ArrayList<>();
        R next = richest(missing);
        while (next != null) {
            sample.add(next);
            Set<Pair> met = Set.copyOf(missing.get(next));
            missing.values().forEach(pairs -> pairs.removeAll(met));
            next = richest(missing);
        }
        return sample;
    }

    /** The first combination with the most missing pairs; null when none is missing. */
    private static <R> @Nullable R richest(Map<R, Set<Pair>> missing) {
        R richest = null;
        int most = 0;
        for (Map.Entry<R, Set<Pair>> combination : missing.entrySet()) {
            if (combination.getValue().size() > most) {
                most = combination.getValue().size();
                richest = combination.getKey();
            }
        }
        return richest;
    }

    /** The pairs of values of a combination's options. */
    static Set<Pair> pairs(Record combination) {
        RecordComponent[] options = combination.getClass().getRecordComponents();
        Set<Pair> pairs = new HashSet<>();
        for (int one = 0; one < options.length; one++) {
            for (int other = one + 1; other < options.length; other++) {
                pairs.add(new Pair(
                        options[one].getName(),
                        value(combination, options[one]),
                        options[other].getName(),
                        value(combination, options[other])));
            }
        }
        return pairs;
    }

    private static Object value(Record combination, RecordComponent option) {
        try {
            return option.getAccessor().invoke(combination);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot read " + option, e);
        }
    }

    /** That one option has this value and another one that. */
    record Pair(String one, Object oneValue, String other, Object otherValue) {}
}
