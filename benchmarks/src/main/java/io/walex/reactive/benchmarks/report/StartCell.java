package io.walex.reactive.benchmarks.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long something took to be ready on one schema.
 *
 * @param schema what the database holds
 * @param measure what was waited for
 * @param millis of each pass; empty when one was not ready in time
 */
public record StartCell(String schema, String measure, List<Double> millis) {

    /** Null when it was not ready in time. */
    public @Nullable Double median() {
        return millis.isEmpty() ? null : Median.of(millis, pass -> pass);
    }

    /** Null when it was not ready in time. */
    public @Nullable Double slowest() {
        return millis.stream().max(Double::compare).orElse(null);
    }

    @Override
    public String toString() {
        return millis.isEmpty()
                ? "%s, %s: not in time".formatted(schema, measure)
                : "%s, %s: %.0f ms (%.0f ms the slowest of %d)"
                        .formatted(schema, measure, median(), slowest(), millis.size());
    }
}
