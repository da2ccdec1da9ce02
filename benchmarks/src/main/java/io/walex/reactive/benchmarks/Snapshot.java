package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.reader.Measure;
import io.walex.reactive.benchmarks.reader.Readers;
import io.walex.reactive.benchmarks.report.Cell;
import io.walex.reactive.benchmarks.report.SnapshotResults;
import io.walex.reactive.benchmarks.server.BenchmarkServer;
import io.walex.reactive.benchmarks.server.Workload;
import io.walex.reactive.benchmarks.server.Workloads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * How fast rows are read that are there already: on a quiet server, with a small heap, and beside changes. Of some readers
 * only, on a quiet server only.
 */
final class Snapshot {

    private static final Effort ONE_PASS = new Effort(0, 1, 0);
    private static final List<Readers> IN_A_SMALL_HEAP = List.of(Readers.SNAPSHOT_UNREAD, Readers.SNAPSHOT_ALL_COLUMNS);

    private final BenchmarkServer server;
    private final Options options;
    private final List<Readers> wanted;

    Snapshot(BenchmarkServer server, Options options) {
        this.server = server;
        this.options = options;
        wanted = options.readers().stream().filter(Readers::isOfTables).toList();
    }

    /** The tables, each by the name of the workload whose rows it has. */
    List<String> tables() {
        return List.of("W1", "W2").stream()
                .filter(options.workloads()::contains)
                .toList();
    }

    void run(String table, SnapshotResults results) throws IOException {
        long rows = options.snapshotRows();
        long perTransaction = Math.min(rows, 100_000);
        Workload workload = withTablesBeside(
                table.equals("W1")
                        ? Workloads.narrow("rows of W1", rows, perTransaction)
                        : Workloads.wide("rows of W2", rows, perTransaction));
        System.err.printf("%,d %s%n", rows, workload.name());
        Target target = server.fill(workload);
        results.tables().add("%s: %,d rows, %,d MB".formatted(table, rows, server.megabytes(target)));
        Effort effort = new Effort(Math.min(options.warmUpRows(), rows), options.passes(), 0);
        results.quiet()
                .addAll(read(
                        table, target, wanted.isEmpty() ? Readers.ofTables() : wanted, effort, Throughput.AMPLE_HEAP));
        if (wanted.isEmpty()) {
            results.memory().addAll(read(table, target, IN_A_SMALL_HEAP, ONE_PASS, Memory.HEAP));
            results.beside().addAll(new SnapshotBeside(server, target, options).run(table));
        }
    }

    private List<Cell> read(String table, Target target, List<Readers> readers, Effort effort, String heap) {
        Measure measure = heap.equals(Memory.HEAP) ? Measure.MEMORY : Measure.COSTS;
        return new Throughput(server, readers, effort, measure, heap).read(table, target, server.port());
    }

    private static Workload withTablesBeside(Workload workload) {
        List<String> schema = new ArrayList<>(workload.schema());
        schema.add("CREATE TABLE " + Target.SIGNALS
                + " (id varchar(42) PRIMARY KEY, type varchar(32) NOT NULL, data varchar(2048))");
        schema.add(SteadyWriters.TABLE);
        return new Workload(
                workload.name(),
                workload.description(),
                schema,
                workload.load(),
                workload.tables(),
                workload.sent(),
                workload.wanted());
    }
}
