package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.benchmarks.report.Pass;
import io.walex.reactive.benchmarks.report.ProcessCost;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts a pass's rows, and takes the process's costs at the first and at the last of them. Readers count on one thread.
 */
public final class Meter {

    private final long expected;
    private final Runnable onFirst;
    private final @Nullable LatencyLog latencies;
    private final boolean watchesMemory;

    private long seen;
    private @Nullable MemoryWatch memory;
    private @Nullable ProcessCost first;
    private volatile @Nullable Pass pass;

    Meter(long expected, Measure measure, Runnable onFirst) {
        this.expected = expected;
        this.onFirst = onFirst;
        latencies = measure == Measure.LATENCY ? new LatencyLog() : null;
        watchesMemory = measure == Measure.MEMORY;
    }

    /** Takes a row; says whether it was the last. */
    boolean row() {
        if (seen++ == 0) {
            start();
        }
        if (seen == expected) {
            stop();
            return true;
        }
        return false;
    }

    /** Whether {@link #committedAt} is to be called for each change. */
    boolean wantsLatency() {
        return latencies != null;
    }

    /** Takes the commit time of a change that has come now, in microseconds since 1970, by the clock of this machine. */
    void committedAt(long micros) {
        LatencyLog kept = latencies;
        if (kept != null) {
            kept.add(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) - micros);
        }
    }

    private void start() {
        memory = watchesMemory ? MemoryWatch.start() : null;
        first = ProcessCost.ofThisProcess();
        onFirst.run();
    }

    private void stop() {
        ProcessCost start = first;
        if (start == null) {
            throw new IllegalStateException("Stopped before it was started");
        }
        ProcessCost cost = ProcessCost.ofThisProcess().since(start);
        pass = cost.toPass(
                expected, latencies == null ? null : latencies.sorted(), memory == null ? null : memory.end());
    }

    /** For a reader that is another process: its first row is at hand. */
    void startOther() {
        start();
    }

    /** For a reader that is another process: it has ended. */
    void stopOther(double userSeconds, double systemSeconds, double peakRssMb) {
        stop();
        pass = new Pass(expected, pass().seconds(), userSeconds, systemSeconds, Double.NaN, -1, peakRssMb, null, null);
    }

    /** Whether the first row has come, and the last has not. */
    boolean isRunning() {
        return first != null && pass == null;
    }

    boolean isDone() {
        return pass != null;
    }

    Pass pass() {
        Pass done = pass;
        if (done == null) {
            throw new IllegalStateException("Ended after %,d of %,d rows".formatted(seen, expected));
        }
        return done;
    }
}
