package io.walex.reactive.benchmarks.reader;

import io.netty.util.internal.PlatformDependent;
import io.walex.reactive.benchmarks.report.MemoryUse;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** Samples this process's direct memory; what is live on its heap is counted at the end. */
final class MemoryWatch implements Runnable {

    private static final long INTERVAL_MS = 5;
    private static final double BYTES_PER_MEGABYTE = 1024 * 1024;

    private volatile long peakDirect;
    private volatile boolean ended;

    private MemoryWatch() {}

    static MemoryWatch start() {
        MemoryWatch watch = new MemoryWatch();
        Thread thread = new Thread(watch, "memory-watch");
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    MemoryUse end() {
        ended = true;
        long peak = Math.max(peakDirect, direct());
        System.gc();
        long live = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return new MemoryUse(live / BYTES_PER_MEGABYTE, peak / BYTES_PER_MEGABYTE);
    }

    @Override
    public void run() {
        try {
            while (!ended) {
                peakDirect = Math.max(peakDirect, direct());
                Thread.sleep(INTERVAL_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Buffers that Netty allocates past the JDK are in no pool of the JDK's. */
    private static long direct() {
        long pooled = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return pooled + Math.max(0, PlatformDependent.usedDirectMemory());
    }
}
