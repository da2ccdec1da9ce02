package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.reader.Measure;
import io.walex.reactive.benchmarks.reader.Readers;
import io.walex.reactive.benchmarks.report.Cell;
import io.walex.reactive.benchmarks.server.BenchmarkServer;
import io.walex.reactive.benchmarks.server.Workload;
import io.walex.reactive.benchmarks.server.Workloads;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a small heap is enough for. */
final class Memory {

    static final String HEAP = "-Xmx64m";
    private static final Effort ONE_PASS = new Effort(0, 1, 0);

    private final BenchmarkServer server;
    private final double scale;

    Memory(BenchmarkServer server, double scale) {
        this.server = server;
        this.scale = scale;
    }

    List<Cell> run() {
        List<Cell> cells = new ArrayList<>();
        for (long size : new long[] {10_000, 1_000_000, 10_000_000}) {
            long rows = Math.round(size * scale);
            cells.addAll(read(
                    Workloads.narrow(String.format(Locale.ROOT, "transaction of %,d", rows), rows, rows),
                    Readers.ALL_COLUMNS));
        }
        Workload small = Workloads.narrow("small transactions", Math.round(1_000_000 * scale), 10);
        cells.addAll(read(small, Readers.SHARED, Readers.STALLED_2_S, Readers.STALLED_20_S));
        for (int tables : new int[] {1, 1_000, 10_000}) {
            String name = String.format(Locale.ROOT, "rows of %,d relations", tables);
            cells.addAll(read(Workloads.tables(name, Math.round(200_000 * scale), tables), Readers.ALL_COLUMNS));
        }
        return cells;
    }

    private List<Cell> read(Workload workload, Readers... readers) {
        return new Throughput(server, List.of(readers), ONE_PASS, Measure.MEMORY, HEAP).run(workload);
    }
}
