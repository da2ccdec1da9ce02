package io.walex.reactive.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What was aimed at, beside what was reached in the same run; a goal whose readers did not run is left out. */
final class Goals {

    private static final String OURS = "walex changes() all columns";
    private static final String UNREAD = "walex changes() unread";
    private static final String WAITING = "socket that waits 200 us";
    private static final String BLOCKING = "blocking socket";
    private static final String PG_RECVLOGICAL = "pg_recvlogical";
    private static final String STALLED = "walex changes() stalled for ";
    private static final String DEBEZIUM = "Debezium Connect";

    private final Results results;
    private final List<String> rows = new ArrayList<>();

    private Goals(Results results) {
        this.results = results;
    }

    static String of(Results results) {
        Goals goals = new Goals(results);
        goals.throughput("W1");
        goals.throughput("W3");
        goals.atLeast(1.2, "W2", OURS, BLOCKING, "rows/s", Goals::rows);
        goals.replay();
        goals.latency();
        goals.flat("transaction of 10,000,000", "transaction of 1,000,000", OURS, OURS);
        goals.flat("small transactions", "small transactions", STALLED + "20 s", STALLED + "2 s");
        return goals.rows.isEmpty()
                ? ""
                : "## Goals\n\n| | goal | measured | |\n|---|--:|--:|---|\n" + String.join("", goals.rows) + "\n";
    }

    private void throughput(String workload) {
        plain(workload);
        atLeast(
                0.9,
                workload,
                OURS,
                WAITING,
                "rows/s, slowest pass",
                (ours, theirs) -> ours.slowestRowsPerSecond() / theirs.rowsPerSecond());
        String c = find(results.throughput(), workload, PG_RECVLOGICAL).isPresent() ? PG_RECVLOGICAL : BLOCKING;
        atMost(0.5, workload, OURS, c, "client CPU", Goals::cpu);
        atLeast(2.5, workload, OURS, DEBEZIUM, "rows/s", Goals::rows);
        atMost(0.1, workload, OURS, DEBEZIUM, "client CPU", Goals::cpu);
        atMost(
                0.02,
                workload,
                OURS,
                DEBEZIUM,
                "bytes allocated",
                (ours, theirs) -> ours.allocatedBytesPerRow() / theirs.allocatedBytesPerRow());
    }

    /** One of the two that read as fast as they can is enough. */
    private void plain(String workload) {
        find(results.throughput(), workload, OURS).ifPresent(ours -> {
            List<Cell> plain = Stream.of(PG_RECVLOGICAL, BLOCKING)
                    .flatMap(reader -> find(results.throughput(), workload, reader).stream())
                    .toList();
            if (!plain.isEmpty()) {
                row(
                        "%s, %s : %s, rows/s"
                                .formatted(
                                        workload,
                                        OURS,
                                        plain.stream().map(Cell::reader).collect(Collectors.joining(" or "))),
                        ">= 2.2",
                        plain.stream()
                                .map(theirs -> String.format(Locale.ROOT, "%.3g", rows(ours, theirs)))
                                .collect(Collectors.joining(" or ")),
                        plain.stream().anyMatch(theirs -> rows(ours, theirs) >= 2.2));
            }
        });
    }

    private void replay() {
        compare(results.replay(), UNREAD, 0.85);
        compare(results.replay(), OURS, 0.7);
        find(results.throughput(), "W1", UNREAD)
                .ifPresent(cell -> row(
                        "W1, " + UNREAD + ", bytes allocated per row",
                        "<= 350",
                        cell.allocatedBytesPerRow(),
                        cell.allocatedBytesPerRow() <= 350));
    }

    private void compare(List<Cell> cells, String reader, double goal) {
        String workload = cells.isEmpty() ? "" : cells.get(0).workload();
        Optional<Cell> ours = find(cells, workload, reader);
        Optional<Cell> raw = find(cells, workload, "r2dbc raw");
        if (ours.isPresent() && raw.isPresent()) {
            double ratio = rows(ours.get(), raw.get());
            row(workload + ", " + reader + " : r2dbc raw, rows/s", ">= " + goal, ratio, ratio >= goal);
        }
    }

    private void latency() {
        Optional<LatencyCell> ours = find(UNREAD);
        Optional<LatencyCell> socket = find(BLOCKING);
        if (ours.isPresent() && socket.isPresent()) {
            double p50 = ours.get().p50() - socket.get().p50();
            double p99 = ours.get().p99() - socket.get().p99();
            row("Idle stream, ms behind the blocking socket, p50", "<= 0.15", p50, p50 <= 0.15);
            row("Idle stream, ms behind the blocking socket, p99", "<= 1", p99, p99 <= 1);
        }
    }

    private void flat(String large, String small, String reader, String other) {
        Optional<Cell> more = find(results.memory(), large, reader);
        Optional<Cell> less = find(results.memory(), small, other);
        if (more.isPresent() && less.isPresent()) {
            String what = large.equals(small) ? reader + " : " + other : large + " : " + small;
            double heap = more.get().liveHeapMb() - less.get().liveHeapMb();
            double direct = more.get().peakDirectMb() - less.get().peakDirectMb();
            row(what + ", MB of live heap more", "<= 2", heap, heap <= 2);
            // A chunk of Netty's pool, which may come at any time, is 4 MB.
            row(what + ", MB of direct memory more", "<= 5", direct, direct <= 5);
        }
    }

    private void atLeast(
            double goal,
            String workload,
            String reader,
            String other,
            String what,
            BiFunction<Cell, Cell, Double> ratio) {
        ratio(workload, reader, other, what, ">= " + goal, ratio, measured -> measured >= goal);
    }

    private void atMost(
            double goal,
            String workload,
            String reader,
            String other,
            String what,
            BiFunction<Cell, Cell, Double> ratio) {
        ratio(workload, reader, other, what, "<= " + goal, ratio, measured -> measured <= goal);
    }

    private void ratio(
            String workload,
            String reader,
            String other,
            String what,
            String goal,
            BiFunction<Cell, Cell, Double> ratio,
            DoublePredicate met) {
        Optional<Cell> ours = find(results.throughput(), workload, reader);
        Optional<Cell> theirs = find(results.throughput(), workload, other);
        if (ours.isPresent() && theirs.isPresent()) {
            double measured = ratio.apply(ours.get(), theirs.get());
            row("%s, %s : %s, %s".formatted(workload, reader, other, what), goal, measured, met.test(measured));
        }
    }

    private void row(String what, String goal, double measured, boolean met) {
        row(what, goal, String.format(Locale.ROOT, "%.3g", measured), met);
    }

    private void row(String what, String goal, String measured, boolean met) {
        rows.add("| %s | %s | %s | %s |%n".formatted(what, goal, measured, met ? "met" : "missed"));
    }

    private static double rows(Cell ours, Cell theirs) {
        return ours.rowsPerSecond() / theirs.rowsPerSecond();
    }

    private static double cpu(Cell ours, Cell theirs) {
        return ours.cpuSecondsPerMillionRows() / theirs.cpuSecondsPerMillionRows();
    }

    private static Optional<Cell> find(List<Cell> cells, String workload, String reader) {
        return cells.stream()
                .filter(cell ->
                        cell.workload().equals(workload) && cell.reader().equals(reader))
                .findFirst();
    }

    private Optional<LatencyCell> find(String reader) {
        return results.latency().stream()
                .filter(cell -> cell.pace().equals("idle") && cell.reader().equals(reader))
                .findFirst();
    }
}
