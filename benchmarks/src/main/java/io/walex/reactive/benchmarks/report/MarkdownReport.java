package io.walex.reactive.benchmarks.report;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The results for people. */
public final class MarkdownReport {

    private static final String CELLS_HEADER = """
            | workload | reader | rows/s | slowest to fastest pass | client CPU s/M rows (user + system) | walsender CPU s/M rows | B allocated/row | peak RSS MB |
            |---|---|--:|--:|--:|--:|--:|--:|
            """;

    private static final String QUICK = """
            A quick run: compilers were still at work. How the readers compare, it shows; whether the goals are met, a full run
            tells.

            """;

    private static final String FULL = """
            ; in a full run a pass of W3 is two readings.
            Before that, a reader warms up with two million rows, or for 30 seconds where that is less""";

    private MarkdownReport() {}

    public static String of(Results results) {
        return """
                # Results

                %s.

                Command: `%s`

                Each reader runs in a process of its own (`-Xmx512m` unless said otherwise), on a clone of the same slot, over
                TCP on the loopback interface. Values are medians of the passes; the readers take turns. A pass is from a reading's
                first row to its last (pg_recvlogical's from its start to its end)%s. M rows: a million
                rows that the server sent.

                """.formatted(results.machine().description(), results.command(), results.quick() ? "" : FULL)
                + workloads(results)
                + (results.quick() ? QUICK : Goals.of(results))
                + section("Throughput", results.throughput(), "![Throughput](results.svg)\n\n" + CELLS_HEADER)
                + section(
                        "Replay",
                        results.replay(),
                        "The frames of W1, served from a file without a walsender: the readers' own ceiling.\n\n"
                                + CELLS_HEADER)
                + latency(results.latency())
                + memory(results.memory())
                + section("Growth", results.growth(), CELLS_HEADER);
    }

    private static String workloads(Results results) {
        return results.workloads().stream().map(line -> "- " + line + "\n").collect(Collectors.joining()) + "\n";
    }

    private static String section(String title, List<Cell> cells, String header) {
        return cells.isEmpty()
                ? ""
                : cells.stream()
                        .map(MarkdownReport::row)
                        .collect(Collectors.joining("", "## " + title + "\n\n" + header, "\n"));
    }

    private static String row(Cell cell) {
        return "| %s | %s | %s | %s to %s | %s (%s + %s) | %s | %s | %s |%n"
                .formatted(
                        cell.workload(),
                        cell.reader(),
                        whole(cell, Cell::rowsPerSecond),
                        whole(cell, Cell::slowestRowsPerSecond),
                        whole(cell, Cell::fastestRowsPerSecond),
                        decimal(cell, Cell::cpuSecondsPerMillionRows),
                        decimal(cell, Cell::userSecondsPerMillionRows),
                        decimal(cell, Cell::systemSecondsPerMillionRows),
                        decimal(cell, Cell::walsenderSecondsPerMillionRows),
                        whole(cell, Cell::allocatedBytesPerRow),
                        whole(cell, Cell::peakRssMb));
    }

    private static String memory(List<Cell> cells) {
        String header = """
                ## Memory

                With `-Xmx64m`: what is live on the heap at the last row, the most direct memory, the largest resident set. The
                stalled readers take a row, ask for nothing for a time, and take another.

                | workload | reader | live heap MB | peak direct memory MB | peak RSS MB |
                |---|---|--:|--:|--:|
                """;
        return cells.isEmpty()
                ? ""
                : cells.stream().map(MarkdownReport::memoryRow).collect(Collectors.joining("", header, "\n"));
    }

    private static String memoryRow(Cell cell) {
        return "| %s | %s | %s | %s | %s |%n"
                .formatted(
                        cell.workload(),
                        cell.reader(),
                        decimal(cell, Cell::liveHeapMb),
                        decimal(cell, Cell::peakDirectMb),
                        whole(cell, Cell::peakRssMb));
    }

    @SuppressWarnings("StringConcatToTextBlock")
    private static String latency(List<LatencyCell> cells) {
        return cells.isEmpty()
                ? ""
                : Stream.concat(
                                Stream.of(
                                        "## Latency\n\nFrom the server's commit time to the reader's row, in milliseconds: medians of the\n"
                                                + "passes' percentiles, and the largest of all. Readers warm up with 10,000 rows here.\n\n"
                                                + "| writer | reader | p50 | p99 | p99.9 | max |\n|---|---|--:|--:|--:|--:|\n"),
                                cells.stream().map(MarkdownReport::row))
                        .collect(Collectors.joining("", "", "\n"));
    }

    private static String row(LatencyCell cell) {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.3f | %.3f | %.3f | %.3f |%n",
                cell.pace(),
                cell.reader(),
                cell.p50(),
                cell.p99(),
                cell.p999(),
                cell.max());
    }

    private static String whole(Cell cell, ToDoubleFunction<Cell> value) {
        double number = value.applyAsDouble(cell);
        return Double.isNaN(number) ? "" : String.format(Locale.ROOT, "%,.0f", number);
    }

    private static String decimal(Cell cell, ToDoubleFunction<Cell> value) {
        double number = value.applyAsDouble(cell);
        return Double.isNaN(number) ? "" : String.format(Locale.ROOT, "%.2f", number);
    }
}
