package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.server.BenchmarkServer;
import io.walex.reactive.benchmarks.server.Workload;
import io.walex.reactive.benchmarks.server.Workloads;

/** Runs the benchmarks; see the README. */
public final class Benchmarks {

    private Benchmarks() {}

    public static void main(String[] arguments) {
        Options options = Options.parse(arguments);
        try (BenchmarkServer server = BenchmarkServer.start()) {
            Throughput throughput = new Throughput(server, options.readers(), options.warmUps(), options.passes());
            for (Workload workload : Workloads.throughput(options.scale())) {
                if (options.workloads().contains(workload.name())) {
                    throughput.run(workload);
                }
            }
        }
    }
}
