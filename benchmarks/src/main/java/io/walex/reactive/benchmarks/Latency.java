package io.walex.reactive.benchmarks;

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

/** How long after its commit a row is there. */
final class Latency {

    private static final List<Readers> READERS =
            List.of(Readers.SOCKET, Readers.PGJDBC, Readers.UNREAD, Readers.DEBEZIUM_CONNECT);

    private final BenchmarkServer server;
    private final LatencyWriter idle;
    private final LatencyWriter busy;

    Latency(BenchmarkServer server, boolean quick) {
        this.server = server;
        idle = new LatencyWriter(quick ? 200 : 2_000, 1, Duration.ofMillis(10));
        busy = new LatencyWriter(quick ? 2_000 : 20_000, 5, Duration.ofMillis(1));
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
        List<LatencyCell> cells = new ArrayList<>();
        for (Readers reader : READERS) {
            try (ReaderProcess process = ReaderProcess.start(reader, true, Throughput.AMPLE_HEAP)) {
                measure(process, target, new LatencyWriter(2_000, 5, Duration.ofMillis(1)));
                cells.add(new LatencyCell(reader.label(), "idle", measure(process, target, idle)));
                cells.add(new LatencyCell(reader.label(), "5,000 rows/s", measure(process, target, busy)));
            }
        }
        return cells;
    }

    private Pass measure(ReaderProcess process, Target target, LatencyWriter writer) throws IOException, SQLException {
        Target slot = server.newSlot(target.ofRows(writer.total()));
        try {
            process.begin(slot);
            while (server.walsender(slot) == 0) {
                sleep(Duration.ofMillis(10));
            }
            sleep(Duration.ofMillis(500));
            writer.write(server, slot);
            process.awaitFirstRow();
            return process.awaitPass();
        } finally {
            server.dropSlot(slot);
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
