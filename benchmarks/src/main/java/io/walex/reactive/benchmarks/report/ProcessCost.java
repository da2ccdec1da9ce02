package io.walex.reactive.benchmarks.report;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a process has cost since it started. */
public record ProcessCost(long nanoTime, double userSeconds, double systemSeconds, long allocated, double peakRssMb) {

    /** USER_HZ, which is 100 on every platform that Linux runs on today. */
    private static final double TICKS_PER_SECOND = 100;

    private static final double KILOBYTES_PER_MEGABYTE = 1024;

    public static ProcessCost ofThisProcess() {
        long now = System.nanoTime();
        String[] stat = stat(Path.of("/proc/self"));
        return new ProcessCost(
                now, ticks(stat, 0), ticks(stat, 1), allocatedByThreads(), peakRss(Path.of("/proc/self")));
    }

    /** CPU seconds of another process of one thread; NaN when it is gone. */
    public static double cpuSeconds(long pid) {
        Path process = Path.of("/proc", String.valueOf(pid));
        try {
            Path precise = process.resolve("schedstat");
            if (Files.exists(precise)) {
                return Long.parseLong(Files.readString(precise).split(" ")[0]) / 1e9;
            }
            String[] stat = stat(process);
            return ticks(stat, 0) + ticks(stat, 1);
        } catch (IOException | UncheckedIOException gone) {
            return Double.NaN;
        }
    }

    public ProcessCost since(ProcessCost start) {
        return new ProcessCost(
                nanoTime - start.nanoTime,
                userSeconds - start.userSeconds,
                systemSeconds - start.systemSeconds,
                allocated < 0 ? -1 : allocated - start.allocated,
                peakRssMb);
    }

    public Pass toPass(long rows, long @Nullable [] latencies, @Nullable MemoryUse memory) {
        return new Pass(
                rows, nanoTime / 1e9, userSeconds, systemSeconds, Double.NaN, allocated, peakRssMb, latencies, memory);
    }

    private static long allocatedByThreads() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long total = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            total += Math.max(0, bytes);
        }
        return total;
    }

    /** The fields of {@code stat} from utime on; those before hold the command, which may hold anything. */
    private static String[] stat(Path process) {
        try {
            String line = Files.readString(process.resolve("stat"));
            return line.substring(line.lastIndexOf(')') + 2).split(" ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double ticks(String[] stat, int field) {
        return Long.parseLong(stat[11 + field]) / TICKS_PER_SECOND;
    }

    /** The largest resident set that the process ever had; NaN when it is gone. */
    public static double peakRss(Path process) {
        try {
            return Files.readAllLines(process.resolve("status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / KILOBYTES_PER_MEGABYTE)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException | UncheckedIOException gone) {
            return Double.NaN;
        }
    }
}
