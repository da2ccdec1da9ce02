package io.walex.reactive.benchmarks.report;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** One reader's passes over one workload. */
public record Cell(String workload, String reader, List<Pass> passes) {

    public double rowsPerSecond() {
        return median(Pass::rowsPerSecond);
    }

    public double slowestRowsPerSecond() {
        return passes.stream().mapToDouble(Pass::rowsPerSecond).min().orElseThrow();
    }

    public double fastestRowsPerSecond() {
        return passes.stream().mapToDouble(Pass::rowsPerSecond).max().orElseThrow();
    }

    public double cpuSecondsPerMillionRows() {
        return median(pass -> pass.perMillionRows(pass.cpuSeconds()));
    }

    public double userSecondsPerMillionRows() {
        return median(pass -> pass.perMillionRows(pass.userSeconds()));
    }

    public double systemSecondsPerMillionRows() {
        return median(pass -> pass.perMillionRows(pass.systemSeconds()));
    }

    /** NaN where there was no walsender. */
    public double walsenderSecondsPerMillionRows() {
        return median(pass -> pass.perMillionRows(pass.walsenderSeconds()));
    }

    /** NaN where it cannot be known. */
    public double allocatedBytesPerRow() {
        return median(pass -> pass.allocated() < 0 ? Double.NaN : (double) pass.allocated() / pass.rows());
    }

    public double peakRssMb() {
        return passes.stream().mapToDouble(Pass::peakRssMb).max().orElseThrow();
    }

    /** NaN where it was not measured. */
    public double liveHeapMb() {
        return median(pass -> pass.memory() == null ? Double.NaN : pass.memory().liveHeapMb());
    }

    /** NaN where it was not measured. */
    public double peakDirectMb() {
        return median(pass -> pass.memory() == null ? Double.NaN : pass.memory().peakDirectMb());
    }

    private double median(ToDoubleFunction<Pass> value) {
        return Median.of(passes, value);
    }
}
