package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.reader.Measure;
import io.walex.reactive.benchmarks.reader.ReaderProcess;
import io.walex.reactive.benchmarks.reader.Readers;
import io.walex.reactive.benchmarks.report.LatencyCell;
import io.walex.reactive.benchmarks.report.Pass;
import io.walex.reactive.benchmarks.server.BenchmarkServer;
import io.walex.reactive.benchmarks.server.Workload;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How long after its commit a row is there. Readers take turns: a p99 is made by the machine's few bad moments. */
final class Latency {

    private static final List<Readers> READERS =
            List.of(Readers.SOCKET, Readers.PGJDBC, Readers.UNREAD, Readers.DEBEZIUM_CONNECT);
    private static final LatencyWriter WARM_UP = new LatencyWriter(2_000, 5, Duration.ofMillis(1));

    private final BenchmarkServer server;
    private final LatencyWriter idle;
    private final LatencyWriter busy;
    private final int passes;

    Latency(BenchmarkServer server, boolean quick) {
        this.server = server;
        idle = new LatencyWriter(quick ? 200 : 1_000, 1, Duration.ofMillis(10));
        busy = new LatencyWriter(quick ? 2_000 : 5_000, 5, Duration.ofMillis(1));
        passes = quick ? 1 : 9;
    }

    List<LatencyCell> run() throws IOException, SQLException {
        Target target = server.prepare(new Workload(
                "latency",
                "",
                List.of("CREATE TABLE narrow (id bigserial PRIMARY KEY, customer int, quantity int, note text)"),
                List.of(),
                List.of("narrow"),
                0,
                0));
        List<Contestant> all = new ArrayList<>();
        try {
            for (Readers reader : READERS) {
                Contestant contestant = new Contestant(reader, target);
                all.add(contestant);
                contestant.measure(WARM_UP);
            }
            for (int pass = 0; pass < passes; pass++) {
                for (int turn = 0; turn < all.size(); turn++) {
                    all.get((turn + pass) % all.size()).take();
                }
            }
        } finally {
            all.forEach(Contestant::close);
        }
        return all.stream().flatMap(contestant -> contestant.cells().stream()).toList();
    }

    /** One reader's process and passes. */
    private final class Contestant implements AutoCloseable {

        private final ReaderProcess process;
        private final Target target;
        private final List<Pass> whenIdle = new ArrayList<>();
        private final List<Pass> whenBusy = new ArrayList<>();

        Contestant(Readers reader, Target target) {
            process = ReaderProcess.start(reader, Measure.LATENCY, Throughput.AMPLE_HEAP);
            this.target = target;
        }

        void take() throws IOException, SQLException {
            whenIdle.add(measure(idle));
            whenBusy.add(measure(busy));
            cells().forEach(cell -> System.err.println("  " + cell));
        }

        Pass measure(LatencyWriter writer) throws IOException, SQLException {
            Target slot = server.newSlot(target.ofRows(writer.total()));
            try {
                process.begin(slot);
                server.awaitWalsender(slot);
                sleep(Duration.ofMillis(500));
                writer.write(server, slot);
                process.awaitFirstRow();
                return process.awaitPass();
            } finally {
                server.dropSlot(slot);
            }
        }

        List<LatencyCell> cells() {
            String reader = process.reader().label();
            return List.of(
                    new LatencyCell(reader, "idle", whenIdle), new LatencyCell(reader, "5,000 rows/s", whenBusy));
        }

        @Override
        public void close() {
            process.close();
        }
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
