package io.walex.reactive.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/**
 * What reading rows that are there took.
 *
 * @param tables a line for each
 * @param quiet nothing else is done on the server
 * @param memory the same with a small heap
 * @param beside changes with and without a snapshot
 */
public record SnapshotResults(
        Machine machine,
        String command,
        List<String> tables,
        List<Cell> quiet,
        List<Cell> memory,
        List<BesideCell> beside) {

    public static SnapshotResults of(Machine machine, String command) {
        return new SnapshotResults(
                machine, command, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
}
