package io.walex.reactive.benchmarks;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventJson;
import io.walex.reactive.event.Row;
import io.walex.reactive.event.StreamIdentity;
import io.walex.reactive.event.TransactionAssembler;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.event.TypeSource;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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

/** From a transaction's messages to its events, per row: left unread, with every column read, and as JSON. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class EventBenchmark {

    /** Where the commit LSN stands behind the message's type, and in a Commit its flags. */
    private static final int BEGIN_LSN = 1;

    private static final int COMMIT_LSN = 2;

    @Param
    public Workload workload;

    private List<ByteBuf> frames;
    private TransactionAssembler assembler;
    private long commitLsn;

    @Setup
    public void capture() {
        frames = CapturedFrames.of(workload);
        assembler = new TransactionAssembler(
                new StreamIdentity("benchmark", "0", "benchmark"),
                (schema, table) -> true,
                TypeSource.of(TypeRegistry.builtIn()),
                new TransactionAssembler.Spill(Path.of(System.getProperty("java.io.tmpdir")), 0),
                TwoPhase.OFF,
                false,
                false);
        // A server describes a relation once, not with every transaction.
        frames.stream().filter(EventBenchmark::isRelation).forEach(frame -> assembler.next(frame, 0, 0));
        frames.removeIf(frame -> isRelation(frame.readerIndex(0)) && frame.release());
    }

    private static boolean isRelation(ByteBuf frame) {
        return frame.getByte(0) == 'R';
    }

    @TearDown
    public void release() {
        frames.forEach(ByteBuf::release);
    }

    @Benchmark
    @OperationsPerInvocation(Workload.ROWS)
    public void unread(Blackhole blackhole) {
        assemble(blackhole::consume);
    }

    @Benchmark
    @OperationsPerInvocation(Workload.ROWS)
    public void allColumnsRead(Blackhole blackhole) {
        assemble(event -> {
            readAll(event.newRecord(), blackhole);
            readAll(event.oldRecord(), blackhole);
        });
    }

    @Benchmark
    @OperationsPerInvocation(Workload.ROWS)
    public void json(Blackhole blackhole) {
        assemble(event -> blackhole.consume(EventJson.toJsonBytes(event)));
    }

    private static void readAll(@Nullable Row row, Blackhole blackhole) {
        if (row != null) {
            row.forEach((column, value) -> blackhole.consume(value));
        }
    }

    private void assemble(Consumer<Event> consumer) {
        // A transaction that was delivered once is not delivered again: it has to be another one.
        frames.get(0).setLong(BEGIN_LSN, ++commitLsn);
        frames.get(frames.size() - 1).setLong(COMMIT_LSN, commitLsn);
        for (ByteBuf frame : frames) {
            for (TransactionSignal signal = assembler.next(frame.readerIndex(0), commitLsn, 0);
                    signal != null;
                    signal = assembler.queued()) {
                if (signal instanceof Event event) {
                    consumer.accept(event);
                }
            }
        }
    }
}
