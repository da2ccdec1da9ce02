package io.walex.reactive.benchmarks.report;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The middle of a value of several passes. */
final class Median {

    private Median() {}

    static <T> double of(List<T> passes, ToDoubleFunction<T> value) {
        double[] sorted = passes.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
