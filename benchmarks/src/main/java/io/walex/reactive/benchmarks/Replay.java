package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.reader.FrameRecorder;
import io.walex.reactive.benchmarks.reader.Measure;
import io.walex.reactive.benchmarks.reader.Readers;
import io.walex.reactive.benchmarks.report.Cell;
import io.walex.reactive.benchmarks.server.BenchmarkServer;
import io.walex.reactive.benchmarks.server.ReplayProxy;
import io.walex.reactive.benchmarks.server.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Serves a workload's captured frames to each reader without a walsender: the client's own ceiling. */
final class Replay {

    private final BenchmarkServer server;
    private final Options options;

    Replay(BenchmarkServer server, Options options) {
        this.server = server;
        this.options = options;
    }

    List<Cell> run(Workload workload) throws IOException {
        Target target = server.preload(workload);
        Path frames = Files.createTempFile("replay", ".frames");
        Target clone = server.cloneSlot(target);
        FrameRecorder.record(clone, frames);
        server.dropSlot(clone);
        // pg_recvlogical wants a keepalive at its end, which nobody sends.
        List<Readers> readers = options.readers().stream()
                .filter(reader -> reader != Readers.PG_RECVLOGICAL)
                .toList();
        try (ReplayProxy proxy = ReplayProxy.start(server.port(), frames)) {
            return new Throughput(server, readers, options.effort(), Measure.COSTS, Throughput.AMPLE_HEAP)
                    .read(workload.name(), target, proxy.port());
        } finally {
            Files.delete(frames);
        }
    }
}
