package io.walex.reactive.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What a snapshot is to reach, beside what it did in the same run; a goal whose readers did not run is left out. */
final class SnapshotGoals {

    private static final String UNREAD = "walex snapshot unread";
    private static final String ALL_COLUMNS = "walex snapshot all columns";
    private static final String INITIAL = "Debezium initial snapshot";
    private static final String INCREMENTAL = "Debezium incremental snapshot";

    private final SnapshotResults results;
    private final List<String> rows = new ArrayList<>();

    private SnapshotGoals(SnapshotResults results) {
        this.results = results;
    }

    static String of(SnapshotResults results) {
        SnapshotGoals goals = new SnapshotGoals(results);
        results.quiet().stream().map(Cell::workload).distinct().forEach(goals::add);
        return goals.rows.isEmpty()
                ? ""
                : "## Goals\n\n| | goal | measured | |\n|---|--:|--:|---|\n" + String.join("", goals.rows) + "\n";
    }

    private void add(String table) {
        String copy = Stream.of("psql COPY", "pgjdbc COPY")
                .filter(reader -> find(table, reader).isPresent())
                .findFirst()
                .orElse("psql COPY");
        ratio(table, UNREAD, copy, "rows/s", Cell::rowsPerSecond, 0.9, true);
        ratio(table, ALL_COLUMNS, copy, "rows/s", Cell::rowsPerSecond, 0.75, true);
        ratio(table, ALL_COLUMNS, "pgjdbc cursor, all columns", "rows/s", Cell::rowsPerSecond, 1.3, true);
        ratio(table, ALL_COLUMNS, INITIAL, "rows/s", Cell::rowsPerSecond, 4, true);
        ratio(table, ALL_COLUMNS, INITIAL, "client CPU", Cell::cpuSecondsPerMillionRows, 0.125, false);
        ratio(table, ALL_COLUMNS, INCREMENTAL, "rows/s", Cell::rowsPerSecond, 8, true);
        ratio(table, ALL_COLUMNS, INCREMENTAL, "client CPU", Cell::cpuSecondsPerMillionRows, 0.125, false);
        beside(table);
    }

    private void ratio(
            String table,
            String reader,
            String other,
            String what,
            ToDoubleFunction<Cell> value,
            double goal,
            boolean atLeast) {
        Optional<Cell> ours = find(table, reader);
        Optional<Cell> theirs = find(table, other);
        if (ours.isPresent() && theirs.isPresent()) {
            double measured = value.applyAsDouble(ours.get()) / value.applyAsDouble(theirs.get());
            row(
                    "%s, %s : %s, %s".formatted(table, reader, other, what),
                    (atLeast ? ">= " : "<= ") + goal,
                    measured,
                    atLeast ? measured >= goal : measured <= goal);
        }
    }

    private void beside(String table) {
        Optional<BesideCell> without = beside(table, "no snapshot");
        Optional<BesideCell> with = beside(table, "snapshot");
        Optional<Cell> quiet = find(table, UNREAD);
        if (without.isEmpty() || with.isEmpty() || quiet.isEmpty()) {
            return;
        }
        double later = with.get().p99() - without.get().p99();
        row(table + ", changes beside the snapshot, p99, ms more", "<= 15", later, later <= 15);
        double speed = with.get().rowsPerSecond() / quiet.get().rowsPerSecond();
        row(table + ", snapshot beside changes : on a quiet server, rows/s", ">= 0.5", speed, speed >= 0.5);
        double lag = with.get().lagMb() / without.get().lagMb();
        row(table + ", lag of the slot with the snapshot : without", "<= 1", lag, lag <= 1);
    }

    private void row(String what, String goal, double measured, boolean met) {
        rows.add(String.format(Locale.ROOT, "| %s | %s | %.3g | %s |%n", what, goal, measured, met ? "met" : "missed"));
    }

    private Optional<Cell> find(String table, String reader) {
        return results.quiet().stream()
                .filter(cell -> cell.workload().equals(table) && cell.reader().equals(reader))
                .findFirst();
    }

    private Optional<BesideCell> beside(String table, String phase) {
        return results.beside().stream()
                .filter(cell -> cell.table().equals(table) && cell.phase().equals(phase))
                .findFirst();
    }
}
