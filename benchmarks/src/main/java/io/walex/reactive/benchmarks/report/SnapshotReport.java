package io.walex.reactive.benchmarks.report;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The results of snapshots for people. */
public final class SnapshotReport {

    private SnapshotReport() {}

    public static String of(SnapshotResults results) {
        return """
                # Snapshots

                How fast rows are read that are in a table already. %s.

                Command: `%s`

                Each reader runs in a process of its own (`-Xmx512m` unless said otherwise), over TCP on the loopback
                interface. Values are medians of the passes; the readers take turns, and have read the table once before. A pass
                is from a reader's first row to its last; psql's is from its start to its end. Debezium reads 500,000 rows at
                most.

                """.formatted(results.machine().description(), results.command())
                + results.tables().stream().map(line -> "- " + line + "\n").collect(Collectors.joining())
                + "\n"
                + SnapshotGoals.of(results)
                + section(results.quiet(), """
                        ## On a quiet server

                        | table | reader | rows/s | slowest to fastest pass | client CPU s/M rows | B allocated/row | peak RSS MB |
                        |---|---|--:|--:|--:|--:|--:|
                        """, SnapshotReport::row)
                + section(results.memory(), """
                        ## With `-Xmx64m`

                        | table | reader | rows/s | live heap MB | peak direct memory MB | peak RSS MB |
                        |---|---|--:|--:|--:|--:|
                        """, SnapshotReport::memoryRow)
                + section(results.beside(), """
                        ## Beside changes

                        Transactions of one row are committed on four connections, 5,000 per second if the machine can. Latency is
                        theirs, from the server's commit time to the reader's row. Lag is how far the slot is confirmed behind the
                        end of the WAL.

                        | table | | changes p50 ms | p99 ms | transactions/s | snapshot rows/s | lag MB | 95th percentile MB |
                        |---|---|--:|--:|--:|--:|--:|--:|
                        """, SnapshotReport::besideRow);
    }

    private static <T> String section(List<T> cells, String header, Function<T, String> row) {
        return cells.isEmpty() ? "" : cells.stream().map(row).collect(Collectors.joining("", header, "\n"));
    }

    private static String row(Cell cell) {
        return "| %s | %s | %s | %s to %s | %s | %s | %s |%n"
                .formatted(
                        cell.workload(),
                        cell.reader(),
                        number("%,.0f", cell.rowsPerSecond()),
                        number("%,.0f", cell.slowestRowsPerSecond()),
                        number("%,.0f", cell.fastestRowsPerSecond()),
                        number("%.2f", cell.cpuSecondsPerMillionRows()),
                        number("%,.0f", cell.allocatedBytesPerRow()),
                        number("%,.0f", cell.peakRssMb()));
    }

    private static String memoryRow(Cell cell) {
        return "| %s | %s | %s | %s | %s | %s |%n"
                .formatted(
                        cell.workload(),
                        cell.reader(),
                        number("%,.0f", cell.rowsPerSecond()),
                        number("%.1f", cell.liveHeapMb()),
                        number("%.1f", cell.peakDirectMb()),
                        number("%,.0f", cell.peakRssMb()));
    }

    private static String besideRow(BesideCell cell) {
        return "| %s | %s | %s | %s | %s | %s | %s | %s |%n"
                .formatted(
                        cell.table(),
                        cell.phase(),
                        number("%.2f", cell.p50()),
                        number("%.2f", cell.p99()),
                        number("%,.0f", cell.transactionsPerSecond()),
                        cell.phase().equals("snapshot") ? number("%,.0f", cell.rowsPerSecond()) : "",
                        number("%.2f", cell.lagMb()),
                        number("%.2f", cell.highLagMb()));
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
    }
}
