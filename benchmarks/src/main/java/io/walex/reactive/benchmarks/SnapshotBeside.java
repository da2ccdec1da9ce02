package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.reader.Measure;
import io.walex.reactive.benchmarks.reader.ReaderProcess;
import io.walex.reactive.benchmarks.reader.Readers;
import io.walex.reactive.benchmarks.report.BesideCell;
import io.walex.reactive.benchmarks.report.BesidePass;
import io.walex.reactive.benchmarks.report.Pass;
import io.walex.reactive.benchmarks.server.BenchmarkServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a snapshot and the changes of another table do to each other. Passes with and without it take turns. */
final class SnapshotBeside {

    private static final int PER_SECOND = 5_000;
    private static final Duration SETTLED = Duration.ofSeconds(1);

    private final BenchmarkServer server;
    private final Target changes;
    private final Target both;
    private final int passes;

    SnapshotBeside(BenchmarkServer server, Target table, Options options) {
        this.server = server;
        this.passes = options.passes();
        changes = table.of(List.of(SteadyWriters.TABLE_NAME)).ofRows((long) PER_SECOND * (options.quick() ? 2 : 10));
        both = table.of(List.of(table.tables().get(0), SteadyWriters.TABLE_NAME));
    }

    List<BesideCell> run(String table) throws IOException {
        List<BesidePass> without = new ArrayList<>();
        List<BesidePass> with = new ArrayList<>();
        try (ReaderProcess alone = start(Readers.UNREAD);
                ReaderProcess snapshot = start(Readers.SNAPSHOT_UNREAD)) {
            without(alone);
            with(snapshot);
            for (int pass = 0; pass < passes; pass++) {
                without.add(without(alone));
                with.add(with(snapshot));
            }
        }
        List<BesideCell> cells =
                List.of(new BesideCell(table, "no snapshot", without), new BesideCell(table, "snapshot", with));
        cells.forEach(cell -> System.err.println("  " + cell));
        return cells;
    }

    private static ReaderProcess start(Readers reader) {
        return ReaderProcess.start(reader, Measure.LATENCY, Throughput.AMPLE_HEAP);
    }

    /** The reader waits for the first change, lest it reads a backlog. */
    private BesidePass without(ReaderProcess process) throws IOException {
        Target slot = server.newSlot(changes);
        try {
            process.begin(slot);
            server.awaitWalsender(slot);
            try (SteadyWriters writers = write()) {
                return pass(process, slot, writers);
            }
        } finally {
            server.dropSlot(slot);
        }
    }

    /** Changes are on their way when the snapshot begins. */
    private BesidePass with(ReaderProcess process) throws IOException {
        try (SteadyWriters writers = write()) {
            settle();
            Target slot = server.newSlot(both);
            try {
                process.begin(slot);
                return pass(process, slot, writers);
            } finally {
                server.dropSlot(slot);
            }
        }
    }

    private SteadyWriters write() {
        server.execute(changes.database(), List.of("TRUNCATE " + SteadyWriters.TABLE_NAME));
        return new SteadyWriters(server, changes.database(), PER_SECOND);
    }

    private BesidePass pass(ReaderProcess process, Target slot, SteadyWriters writers) throws IOException {
        process.awaitFirstRow();
        SlotLag lag = SlotLag.start(server, slot);
        Pass pass = process.awaitPass();
        return new BesidePass(pass, writers.perSecond(), lag.end());
    }

    private static void settle() {
        try {
            Thread.sleep(SETTLED.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
