package io.walex.reactive.benchmarks;

import java.time.Duration;

/**
 * How much is read.
 *
 * @param warmUpRows how many rows a reader reads, in whole readings of the workload, before its passes count: the compiler
 *     counts rows, not passes; slow readers warm up for {@link #WARM_UP_TIME} only
 * @param passes how many count
 * @param passRows how many rows a pass reads at least: a workload of fewer is read several times, since passes of a second
 *     measure what else the machine does in that second
 */
record Effort(long warmUpRows, int passes, long passRows) {

    static final Duration WARM_UP_TIME = Duration.ofSeconds(30);

    boolean isWarm(long rows, double seconds) {
        return rows >= warmUpRows || seconds >= WARM_UP_TIME.toSeconds();
    }

    int readingsOf(Target target) {
        return Math.toIntExact(Math.max(1, (passRows + target.sent() - 1) / target.sent()));
    }
}
