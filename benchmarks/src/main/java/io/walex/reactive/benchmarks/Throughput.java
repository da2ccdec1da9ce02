package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.reader.Measure;
import io.walex.reactive.benchmarks.reader.ReaderProcess;
import io.walex.reactive.benchmarks.reader.Readers;
import io.walex.reactive.benchmarks.report.Cell;
import io.walex.reactive.benchmarks.report.Pass;
import io.walex.reactive.benchmarks.server.BenchmarkServer;
import io.walex.reactive.benchmarks.server.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Lets readers read preloaded workloads, turn and turn about. */
final class Throughput {

    /** Enough for the hungriest, so that none is slowed down by its collector. */
    static final String AMPLE_HEAP = "-Xmx512m";

    private final BenchmarkServer server;
    private final List<Readers> readers;
    private final Effort effort;
    private final Measure measure;
    private final String heap;

    Throughput(BenchmarkServer server, List<Readers> readers, Effort effort, Measure measure, String heap) {
        this.server = server;
        this.readers = readers;
        this.effort = effort;
        this.measure = measure;
        this.heap = heap;
    }

    /** Preloads the workload and reads it. */
    List<Cell> run(Workload workload) {
        System.err.printf("%s: %s%n", workload.name(), workload.description());
        return read(workload.name(), server.preload(workload), server.port());
    }

    /** Reads what is preloaded, of the server itself or of what stands between it and the readers on another port. */
    List<Cell> read(String name, Target target, int port) {
        List<Turns> turns = new ArrayList<>();
        try {
            readers.forEach(reader -> turns.add(new Turns(reader, target, port)));
            boolean warm;
            int round = 0;
            do {
                warm = true;
                for (Turns turn : inOrder(turns, round++)) {
                    warm &= turn.warmUp();
                }
            } while (!warm);
            for (int pass = 0; pass < effort.passes(); pass++) {
                inOrder(turns, round++).forEach(Turns::take);
            }
            return turns.stream().map(turn -> turn.cell(name)).toList();
        } finally {
            turns.forEach(Turns::close);
        }
    }

    /** Each round starts with another reader, so that none is always behind the same one. */
    private static List<Turns> inOrder(List<Turns> turns, int round) {
        List<Turns> order = new ArrayList<>(turns);
        Collections.rotate(order, -round);
        return order;
    }

    /** One reader's process and passes. */
    private final class Turns implements AutoCloseable {

        private final ReaderProcess process;
        private final Target target;
        private final int port;
        private final List<Pass> passes = new ArrayList<>();
        private long warmedUpRows;
        private double warmedUpSeconds;

        Turns(Readers reader, Target target, int port) {
            process = ReaderProcess.start(reader, measure, heap);
            this.target = target;
            this.port = port;
        }

        /** Reads once more, unless the reader is warm; says whether it is. */
        boolean warmUp() {
            if (effort.isWarm(warmedUpRows, warmedUpSeconds)) {
                return true;
            }
            Pass reading = reading();
            warmedUpRows += reading.rows();
            warmedUpSeconds += reading.seconds();
            log(process, reading, true);
            return effort.isWarm(warmedUpRows, warmedUpSeconds);
        }

        void take() {
            Pass pass = reading();
            for (int i = 1; i < effort.readingsOf(target); i++) {
                pass = pass.then(reading());
            }
            log(process, pass, false);
            passes.add(pass);
        }

        private Pass reading() {
            boolean ofTables = process.reader().isOfTables();
            Target clone = ofTables ? server.newSlot(target) : server.cloneSlot(target);
            try {
                process.begin(clone.through(port));
                process.awaitFirstRow();
                if (ofTables) {
                    return process.awaitPass();
                }
                if (port != server.port()) {
                    return process.awaitPass().sent(target.sent(), Double.NaN);
                }
                WalsenderClock walsender = WalsenderClock.start(() -> server.walsender(clone));
                return process.awaitPass().sent(target.sent(), walsender.end());
            } catch (IOException e) {
                throw new IllegalStateException("A pass failed", e);
            } finally {
                server.dropSlot(clone);
            }
        }

        Cell cell(String workload) {
            return new Cell(workload, process.reader().label(), passes);
        }

        @Override
        public void close() {
            process.close();
        }
    }

    private static void log(ReaderProcess process, Pass pass, boolean warmUp) {
        System.err.printf(
                "  %-36s %,9.0f rows/s, client CPU %5.2f s + %5.2f s, walsender CPU %5.2f s, %,7d B/row, %4.0f MB%s%n",
                process.reader().label(),
                pass.rowsPerSecond(),
                pass.perMillionRows(pass.userSeconds()),
                pass.perMillionRows(pass.systemSeconds()),
                pass.perMillionRows(pass.walsenderSeconds()),
                pass.allocated() / pass.rows(),
                pass.peakRssMb(),
                warmUp ? " (warm-up)" : "");
    }
}
