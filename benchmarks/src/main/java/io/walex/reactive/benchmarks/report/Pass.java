package io.walex.reactive.benchmarks.report;

import org.jspecify.annotations.Nullable;

/**
 * What one pass took, from its first row to its last.
 *
 * @param allocated bytes on the heap; -1 where it cannot be known
 * @param latencies sorted, in microseconds; null when they were not asked for
 */
public record Pass(
        double seconds,
        double userSeconds,
        double systemSeconds,
        double walsenderSeconds,
        long allocated,
        double peakRssMb,
        long @Nullable [] latencies) {

    public Pass withWalsender(double cpuSeconds) {
        return new Pass(seconds, userSeconds, systemSeconds, cpuSeconds, allocated, peakRssMb, latencies);
    }

    public double cpuSeconds() {
        return userSeconds + systemSeconds;
    }
}
