package io.walex.reactive.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/** All that a run measured. */
public record Results(
        Machine machine,
        String command,
        List<String> workloads,
        List<Cell> throughput,
        List<Cell> replay,
        List<LatencyCell> latency,
        List<Cell> memory,
        List<Cell> growth) {

    public static Results of(Machine machine, String command) {
        return new Results(
                machine,
                command,
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>());
    }
}
