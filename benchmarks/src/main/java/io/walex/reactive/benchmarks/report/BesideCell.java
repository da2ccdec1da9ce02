package io.walex.reactive.benchmarks.report;

import java.util.List;
import java.util.Locale;

/**
 * Changes with or without a snapshot beside them: medians of the passes.
 *
 * @param p50 latency of changes in milliseconds
 * @param rowsPerSecond of the snapshot; of the changes where there is none
 * @param lagMb how far the slot is confirmed behind the WAL's end, median and 95th percentile
 */
public record BesideCell(
        String table,
        String phase,
        double p50,
        double p99,
        double rowsPerSecond,
        double transactionsPerSecond,
        double lagMb,
        double highLagMb,
        int passes) {

    private static final double MICROS_PER_MILLI = 1e3;
    private static final double BYTES_PER_MEGABYTE = 1024 * 1024;

    public BesideCell(String table, String phase, List<BesidePass> passes) {
        this(
                table,
                phase,
                Median.of(passes, pass -> latency(pass, 0.5)),
                Median.of(passes, pass -> latency(pass, 0.99)),
                Median.of(passes, pass -> pass.pass().rowsPerSecond()),
                Median.of(passes, BesidePass::transactionsPerSecond),
                Median.of(passes, pass -> at(pass.lag(), 0.5) / BYTES_PER_MEGABYTE),
                Median.of(passes, pass -> at(pass.lag(), 0.95) / BYTES_PER_MEGABYTE),
                passes.size());
    }

    private static double latency(BesidePass pass, double share) {
        long[] sorted = pass.pass().latencies();
        return sorted == null ? Double.NaN : at(sorted, share) / MICROS_PER_MILLI;
    }

    /** NaN of nothing. */
    private static double at(long[] sorted, double share) {
        return sorted.length == 0 ? Double.NaN : sorted[Math.max(1, (int) Math.ceil(share * sorted.length)) - 1];
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s, %s: %,.0f rows/s, %,.0f transactions/s, p50 %.2f ms, p99 %.2f ms, lag %.2f MB, p95 %.2f MB",
                table,
                phase,
                rowsPerSecond,
                transactionsPerSecond,
                p50,
                p99,
                lagMb,
                highLagMb);
    }
}
