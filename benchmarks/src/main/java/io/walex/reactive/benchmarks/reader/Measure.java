package io.walex.reactive.benchmarks.reader;

/** What a pass measures. */
public enum Measure {
    /** Time, CPU and bytes allocated. */
    COSTS,
    /** These, and each row's latency. */
    LATENCY,
    /** These, and what the process keeps in memory. */
    MEMORY
}
