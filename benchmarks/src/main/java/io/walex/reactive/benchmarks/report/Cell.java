package io.walex.reactive.benchmarks.report;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One reader's passes over one workload.
 *
 * @param rows how many rows the server sent in a pass
 */
public record Cell(String workload, String reader, long rows, List<Pass> passes) {

    public double rowsPerSecond() {
        return median(pass -> rows / pass.seconds());
    }

    public double slowestRowsPerSecond() {
        return passes.stream().mapToDouble(pass -> rows / pass.seconds()).min().orElseThrow();
    }

    public double fastestRowsPerSecond() {
        return passes.stream().mapToDouble(pass -> rows / pass.seconds()).max().orElseThrow();
    }

    public double cpuSecondsPerMillionRows() {
        return median(pass -> pass.cpuSeconds() * 1e6 / rows);
    }

    public double userSecondsPerMillionRows() {
        return median(pass -> pass.userSeconds() * 1e6 / rows);
    }

    public double systemSecondsPerMillionRows() {
        return median(pass -> pass.systemSeconds() * 1e6 / rows);
    }

    /** NaN where there was no walsender. */
    public double walsenderSecondsPerMillionRows() {
        return median(pass -> pass.walsenderSeconds() * 1e6 / rows);
    }

    /** NaN where it cannot be known. */
    public double allocatedBytesPerRow() {
        return median(pass -> pass.allocated() < 0 ? Double.NaN : (double) pass.allocated() / rows);
    }

    public double peakRssMb() {
        return passes.stream().mapToDouble(Pass::peakRssMb).max().orElseThrow();
    }

    private double median(ToDoubleFunction<Pass> value) {
        return Median.of(passes, value);
    }
}
