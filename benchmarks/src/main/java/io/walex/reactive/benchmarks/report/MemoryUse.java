package io.walex.reactive.benchmarks.report;

/**
 * What a process keeps in memory.
 *
 * @param liveHeapMb what is left of the heap after a collection at the pass's last row
 * @param peakDirectMb the most direct memory during the pass, Netty's pool included
 */
public record MemoryUse(double liveHeapMb, double peakDirectMb) {}
