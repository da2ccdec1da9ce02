package io.walex.reactive.benchmarks.report;

import org.jspecify.annotations.Nullable;

/**
 * What one pass took, from its first row to its last.
 *
 * @param rows that the server sent; until {@link #sent} tells, that the reader took
 * @param allocated bytes on the heap; -1 where it cannot be known
 * @param latencies sorted, in microseconds; null when they were not asked for
 * @param memory null when it was not asked for
 */
public record Pass(
        long rows,
        double seconds,
        double userSeconds,
        double systemSeconds,
        double walsenderSeconds,
        long allocated,
        double peakRssMb,
        long @Nullable [] latencies,
        @Nullable MemoryUse memory) {

    /** As the server's side knows it. */
    public Pass sent(long sentRows, double walsenderCpuSeconds) {
        return new Pass(
                sentRows,
                seconds,
                userSeconds,
                systemSeconds,
                walsenderCpuSeconds,
                allocated,
                peakRssMb,
                latencies,
                memory);
    }

    /** Both as one pass; latencies and memory are the other's. */
    public Pass then(Pass next) {
        return new Pass(
                rows + next.rows,
                seconds + next.seconds,
                userSeconds + next.userSeconds,
                systemSeconds + next.systemSeconds,
                walsenderSeconds + next.walsenderSeconds,
                allocated < 0 ? allocated : allocated + next.allocated,
                Math.max(peakRssMb, next.peakRssMb),
                next.latencies,
                next.memory);
    }

    public double rowsPerSecond() {
        return rows / seconds;
    }

    /** Of something that the whole pass took. */
    public double perMillionRows(double amount) {
        return amount * 1e6 / rows;
    }

    public double cpuSeconds() {
        return userSeconds + systemSeconds;
    }
}
