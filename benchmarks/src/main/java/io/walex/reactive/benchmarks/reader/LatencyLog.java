package io.walex.reactive.benchmarks.reader;

import java.util.Arrays;

/** Latencies in microseconds, as many as come. */
final class LatencyLog {

    private long[] micros = new long[1024];
    private int count;

    void add(long latency) {
        if (count == micros.length) {
            micros = Arrays.copyOf(micros, 2 * count);
        }
        micros[count++] = latency;
    }

    long[] sorted() {
        long[] sorted = Arrays.copyOf(micros, count);
        Arrays.sort(sorted);
        return sorted;
    }
}
