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
        System.err.printf(
                "  %-36s %s: p50 %.3f, p99 %.3f, p99.9 %.3f, max %.3f ms%n", reader, pace, p50, p99, p999, max);
    }

    private static double of(Pass pass, double share) {
        long[] sorted = pass.latencies();
        if (sorted == null) {
            throw new IllegalArgumentException("The pass did not measure latency");
        }
        return sorted[Math.min(sorted.length - 1, (int) (share * sorted.length))] / MICROS_PER_MILLI;
    }
}
