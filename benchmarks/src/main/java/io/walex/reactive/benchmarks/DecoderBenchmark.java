package io.walex.reactive.benchmarks;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.PgOutputDecoder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What decoding a row's message costs, before any of its columns is asked for: one transaction, its cost per row. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DecoderBenchmark {

    @Param
    public Workload workload;

    private List<ByteBuf> frames;

    @Setup
    public void capture() {
        frames = CapturedFrames.of(workload);
    }

    @TearDown
    public void release() {
        frames.forEach(ByteBuf::release);
    }

    @Benchmark
    @OperationsPerInvocation(Workload.ROWS)
    public void decode(Blackhole blackhole) {
        for (ByteBuf frame : frames) {
            blackhole.consume(PgOutputDecoder.decode(frame.readerIndex(0), false, 0));
        }
    }
}
