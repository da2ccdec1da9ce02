package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.reader.Measure;
import io.walex.reactive.benchmarks.report.JsonReport;
import io.walex.reactive.benchmarks.report.Machine;
import io.walex.reactive.benchmarks.report.MarkdownReport;
import io.walex.reactive.benchmarks.report.Results;
import io.walex.reactive.benchmarks.report.SnapshotReport;
import io.walex.reactive.benchmarks.report.SnapshotResults;
import io.walex.reactive.benchmarks.report.StartCell;
import io.walex.reactive.benchmarks.report.SvgChart;
import io.walex.reactive.benchmarks.server.BenchmarkServer;
import io.walex.reactive.benchmarks.server.Workload;
import io.walex.reactive.benchmarks.server.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** Runs the benchmarks; see the README. */
public final class Benchmarks {

    private static final String COMMAND =
            "java -cp benchmarks/target/benchmarks.jar io.walex.reactive.benchmarks.Benchmarks";

    private final Options options;
    private final BenchmarkServer server;
    private final Results results;

    private Benchmarks(Options options, BenchmarkServer server, String command) {
        this.options = options;
        this.server = server;
        results = Results.of(Machine.describe(server.version()), command, options.quick());
    }

    public static void main(String[] arguments) throws IOException, SQLException {
        Options options = Options.parse(arguments);
        String command = (COMMAND + " " + String.join(" ", arguments)).strip();
        try (BenchmarkServer server = BenchmarkServer.start()) {
            new Benchmarks(options, server, command).run();
        }
    }

    private void run() throws IOException, SQLException {
        if (wants("throughput")) {
            throughput();
        }
        if (wants("replay")) {
            Workload frames = Workloads.narrow("W1 replayed", Math.round(1_000_000 * options.scale()), 10);
            results.replay().addAll(new Replay(server, options).run(frames));
            write();
        }
        if (wants("latency")) {
            results.latency().addAll(new Latency(server, options.quick()).run());
            write();
        }
        if (wants("memory")) {
            results.memory().addAll(new Memory(server, options.scale()).run());
            write();
        }
        if (wants("growth")) {
            results.growth().addAll(new Growth(server, options.scale()).run());
            write();
        }
        if (wants("start")) {
            List<StartCell> cells = new Start(server, options.passes()).run();
            Files.writeString(
                    Files.createDirectories(options.output().toAbsolutePath()).resolve("start.json"),
                    JsonReport.of(cells));
        }
        if (wants("snapshot")) {
            snapshot();
        }
    }

    private void snapshot() throws IOException {
        Snapshot snapshot = new Snapshot(server, options);
        SnapshotResults all = SnapshotResults.of(results.machine(), results.command());
        Path directory = Files.createDirectories(options.output().toAbsolutePath());
        for (String table : snapshot.tables()) {
            snapshot.run(table, all);
            Files.writeString(directory.resolve("SNAPSHOT.md"), SnapshotReport.of(all));
            Files.writeString(directory.resolve("snapshot.json"), JsonReport.of(all));
            System.err.println("Written to " + directory);
        }
    }

    private boolean wants(String section) {
        return options.sections().contains(section);
    }

    private void throughput() throws IOException {
        Throughput throughput =
                new Throughput(server, options.readers(), options.effort(), Measure.COSTS, Throughput.AMPLE_HEAP);
        for (Workload workload : Workloads.throughput(options.scale())) {
            if (options.workloads().contains(workload.name())) {
                results.workloads().add(workload.name() + ": " + workload.description());
                results.throughput().addAll(throughput.run(workload));
                write();
            }
        }
    }

    /** After each part, so that a run that is stopped has not been for nothing. */
    private void write() throws IOException {
        Path directory = Files.createDirectories(options.output().toAbsolutePath());
        Files.writeString(directory.resolve("RESULTS.md"), MarkdownReport.of(results));
        Files.writeString(directory.resolve("results.json"), JsonReport.of(results));
        Files.writeString(directory.resolve("results.svg"), SvgChart.of(results.throughput()));
        System.err.println("Written to " + directory);
    }
}
