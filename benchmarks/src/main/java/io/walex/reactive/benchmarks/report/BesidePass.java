package io.walex.reactive.benchmarks.report;

/**
 * What one pass took beside others' changes.
 *
 * @param pass its latencies are those of the changes
 * @param transactionsPerSecond that were written
 * @param lag of the slot, samples in bytes, sorted
 */
public record BesidePass(Pass pass, double transactionsPerSecond, long[] lag) {}
