package io.walex.reactive.benchmarks.report;

/** One reader's latencies in milliseconds at one pace of the writer. */
public record LatencyCell(String reader, String pace, double p50, double p99, double p999, double max) {

    private static final double MICROS_PER_MILLI = 1e3;

    public LatencyCell(String reader, String pace, Pass pass) {
        this(reader, pace, of(pass, 0.5), of(pass, 0.99), of(pass, 0.999), of(pass, 1));
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
