package io.walex.reactive.benchmarks.report;

import java.util.List;

/**
 * One reader's latencies in milliseconds at one pace of the writer: medians of the passes' percentiles, and the largest
 * of all.
 */
public record LatencyCell(String reader, String pace, double p50, double p99, double p999, double max) {

    private static final double MICROS_PER_MILLI = 1e3;

    public LatencyCell(String reader, String pace, List<Pass> passes) {
        this(
                reader,
                pace,
                Median.of(passes, pass -> of(pass, 0.5)),
                Median.of(passes, pass -> of(pass, 0.99)),
                Median.of(passes, pass -> of(pass, 0.999)),
                passes.stream().mapToDouble(pass -> of(pass, 1)).max().orElseThrow());
    }

    private static double of(Pass pass, double share) {
        long[] sorted = pass.latencies();
        if (sorted == null) {
            throw new IllegalArgumentException("The pass did not measure latency");
        }
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.max(1, rank) - 1] / MICROS_PER_MILLI;
    }
}
