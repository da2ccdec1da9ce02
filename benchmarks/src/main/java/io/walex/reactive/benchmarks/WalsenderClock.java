package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.report.ProcessCost;
import java.util.function.LongSupplier;

/** Samples a walsender's CPU time, since it may be gone as soon as its reader is done. */
final class WalsenderClock implements Runnable {

    private static final long INTERVAL_MS = 20;

    private final LongSupplier walsender;
    private double first = Double.NaN;
    private volatile double last = Double.NaN;
    private volatile boolean ended;

    private WalsenderClock(LongSupplier walsender) {
        this.walsender = walsender;
    }

    /** Starts the clock of the walsender whose process id is 0 until it is there. */
    static WalsenderClock start(LongSupplier walsender) {
        WalsenderClock clock = new WalsenderClock(walsender);
        Thread thread = new Thread(clock, "walsender-clock");
        thread.setDaemon(true);
        thread.start();
        return clock;
    }

    /** The CPU seconds since the start; NaN when no walsender was seen. */
    double end() {
        ended = true;
        return last - first;
    }

    @Override
    public void run() {
        try {
            long pid = walsender.getAsLong();
            while (pid == 0 && !ended) {
                Thread.sleep(1);
                pid = walsender.getAsLong();
            }
            first = ProcessCost.cpuSeconds(pid);
            for (double now = first; !ended && !Double.isNaN(now); now = ProcessCost.cpuSeconds(pid)) {
                last = now;
                Thread.sleep(INTERVAL_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
