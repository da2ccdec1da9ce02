package io.walex.reactive.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/**
 * All that a run measured.
 *
 * @param quick whether its readers were not warm
 */
public record Results(
        Machine machine,
        String command,
        boolean quick,
        List<String> workloads,
        List<Cell> throughput,
        List<Cell> replay,
        List<LatencyCell> latency,
        List<Cell> memory,
        List<Cell> growth) {

    public static Results of(Machine machine, String command, boolean quick) {
        return new Results(
                machine,
                command,
                quick,
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>());
    }
}
