package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.benchmarks.Target;

/** One way to read a replication stream. */
interface Reader {

    /** Reads until the meter has seen the target's last row, and lets go of the slot. */
    void read(Target target, Meter meter) throws Exception;

    /** How many rows this reader will count. */
    default long rows(Target target) {
        return target.sent();
    }
}
