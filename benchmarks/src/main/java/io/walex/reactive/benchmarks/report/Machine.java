package io.walex.reactive.benchmarks.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a run took place. */
public record Machine(String description) {

    public static Machine describe(String postgresVersion) {
        return new Machine("%d CPUs (%s), %.0f GB of memory, %s %s, TCP congestion control %s, Java %s, PostgreSQL %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        field("/proc/cpuinfo", "model name"),
                        Long.parseLong(field("/proc/meminfo", "MemTotal").replaceAll("\\D", "")) / (1024.0 * 1024),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        text("/proc/sys/net/ipv4/tcp_congestion_control").strip(),
                        System.getProperty("java.version"),
                        postgresVersion));
    }

    private static String field(String file, String name) {
        return text(file)
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("0");
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
