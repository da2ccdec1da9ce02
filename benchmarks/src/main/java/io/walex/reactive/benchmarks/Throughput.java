package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.reader.ReaderProcess;
import io.walex.reactive.benchmarks.reader.Readers;
import io.walex.reactive.benchmarks.report.Cell;
import io.walex.reactive.benchmarks.report.Pass;
import io.walex.reactive.benchmarks.server.BenchmarkServer;
import io.walex.reactive.benchmarks.server.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Lets readers read preloaded workloads, turn and turn about. */
final class Throughput {

    /** Enough for the hungriest, so that none is slowed down by its collector. */
    static final String AMPLE_HEAP = "-Xmx512m";

    private final BenchmarkServer server;
    private final List<Readers> readers;
    private final long warmUpRows;
    private final int passes;
    private final String heap;

    /** Passes do not count until a reader has read so many rows: the compiler counts rows, not passes. */
    Throughput(BenchmarkServer server, List<Readers> readers, long warmUpRows, int passes, String heap) {
        this.server = server;
        this.readers = readers;
        this.warmUpRows = warmUpRows;
        this.passes = passes;
        this.heap = heap;
    }

    /** Preloads the workload and reads it. */
    List<Cell> run(Workload workload) {
        System.err.printf("%s: %s%n", workload.name(), workload.description());
        return read(workload.name(), server.preload(workload), server.port());
    }

    /** Reads what is preloaded, of the server itself or of what stands between it and the readers on another port. */
    List<Cell> read(String name, Target target, int port) {
        List<ReaderProcess> processes = new ArrayList<>();
        List<List<Pass>> measured =
                readers.stream().<List<Pass>>map(reader -> new ArrayList<>()).toList();
        int warmUps = (int) ((warmUpRows + target.sent() - 1) / target.sent());
        try {
            readers.forEach(reader -> processes.add(ReaderProcess.start(reader, false, heap)));
            for (int pass = 0; pass < warmUps + passes; pass++) {
                for (int turn = 0; turn < processes.size(); turn++) {
                    // Each round starts with another reader, so that none is always behind the same one.
                    int index = (turn + pass) % processes.size();
                    Pass taken = pass(processes.get(index), target, port);
                    log(processes.get(index), target, taken, pass < warmUps);
                    if (pass >= warmUps) {
                        measured.get(index).add(taken);
                    }
                }
            }
        } finally {
            processes.forEach(ReaderProcess::close);
        }
        List<Cell> cells = new ArrayList<>();
        for (int i = 0; i < measured.size(); i++) {
            cells.add(new Cell(name, readers.get(i).label(), target.sent(), measured.get(i)));
        }
        return cells;
    }

    private Pass pass(ReaderProcess process, Target target, int port) {
        Target clone = server.cloneSlot(target);
        try {
            process.begin(clone.through(port));
            process.awaitFirstRow();
            if (port != server.port()) {
                return process.awaitPass();
            }
            WalsenderClock walsender = WalsenderClock.start(() -> server.walsender(clone));
            Pass pass = process.awaitPass();
            return pass.withWalsender(walsender.end());
        } catch (IOException e) {
            throw new IllegalStateException("A pass failed", e);
        } finally {
            server.dropSlot(clone);
        }
    }

    private static void log(ReaderProcess process, Target target, Pass pass, boolean warmUp) {
        System.err.printf(
                "  %-36s %,9.0f rows/s, client CPU %5.2f s + %5.2f s, walsender CPU %5.2f s, %,7d B/row, %4.0f MB%s%n",
                process.reader().label(),
                target.sent() / pass.seconds(),
                pass.userSeconds() * 1e6 / target.sent(),
                pass.systemSeconds() * 1e6 / target.sent(),
                pass.walsenderSeconds() * 1e6 / target.sent(),
                pass.allocated() / target.sent(),
                pass.peakRssMb(),
                warmUp ? " (warm-up)" : "");
    }
}
