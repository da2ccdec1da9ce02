package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.reader.Measure;
import io.walex.reactive.benchmarks.reader.Readers;
import io.walex.reactive.benchmarks.report.Cell;
import io.walex.reactive.benchmarks.server.BenchmarkServer;
import io.walex.reactive.benchmarks.server.Workload;
import io.walex.reactive.benchmarks.server.Workloads;
import java.util.ArrayList;
import java.util.List;

/** How the cost grows with the number of columns, their width, the size of transactions and the number of tables. */
final class Growth {

    private static final List<Readers> READERS = List.of(Readers.SOCKET, Readers.UNREAD, Readers.ALL_COLUMNS);
    private static final long BYTES = 100_000_000;

    private final BenchmarkServer server;
    private final double scale;

    Growth(BenchmarkServer server, double scale) {
        this.server = server;
        this.scale = scale;
    }

    List<Cell> run() {
        List<Cell> cells = new ArrayList<>();
        Throughput throughput =
                new Throughput(server, READERS, new Effort(400_000, 3, 0), Measure.COSTS, Throughput.AMPLE_HEAP);
        workloads().forEach(workload -> cells.addAll(throughput.run(workload)));
        return cells;
    }

    private List<Workload> workloads() {
        List<Workload> workloads = new ArrayList<>();
        for (int columns : new int[] {1, 10, 100}) {
            workloads.add(shaped(columns, 10));
        }
        for (int width : new int[] {100, 1_000}) {
            workloads.add(shaped(5, width));
        }
        for (int perTransaction : new int[] {1, 100, 100_000}) {
            workloads.add(Workloads.narrow(
                    "%,d rows in a transaction".formatted(perTransaction),
                    Math.max(1, Math.round(400_000 * scale) / perTransaction) * perTransaction,
                    perTransaction));
        }
        for (int tables : new int[] {1, 100, 10_000}) {
            workloads.add(Workloads.tables("%,d tables".formatted(tables), Math.round(200_000 * scale), tables));
        }
        return workloads;
    }

    private Workload shaped(int columns, int width) {
        long rows = Math.round(BYTES * scale / (30 + columns * (width + 5L)) / 100) * 100;
        return Workloads.shaped("%,d columns of %,d bytes".formatted(columns, width), rows, columns, width);
    }
}
