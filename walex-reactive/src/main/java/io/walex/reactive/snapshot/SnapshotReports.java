package io.walex.reactive.snapshot;

import io.walex.reactive.snapshot.SnapshotReport.State;
import io.walex.reactive.snapshot.SnapshotReport.TableReport;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * Reports of one snapshot, for those who want to see how far it is. Counts are told once a second, states at once.
 * Confined to one thread, but for {@link #reports()} and {@link #last()}.
 */
final class SnapshotReports {

    private static final long INTERVAL = Duration.ofSeconds(1).toMillis();

    /** A table grows while it is read. It has not ended before it is told complete. */
    private static final double ALMOST = 0.999;

    private final String snapshot;
    private final Clock clock;
    private final ProgressMeter meter;
    private final Sinks.Many<SnapshotReport> latest = Sinks.many().replay().latest();
    private @Nullable State state;
    private long toldAt;
    private volatile @Nullable SnapshotReport last;

    SnapshotReports(String snapshot, Clock clock) {
        this.snapshot = snapshot;
        this.clock = clock;
        this.meter = new ProgressMeter(clock);
    }

    /**
     * What is known of a table.
     *
     * @param done how much of its size was read, in any unit
     * @param size 0 while it is not known
     */
    record TableCount(
            String schema, String table, int attempt, boolean completed, long rows, long bytes, long done, long size) {

        private TableReport report() {
            return new TableReport(schema, table, rows, bytes, fraction(), completed, attempt);
        }

        private double fraction() {
            if (completed) {
                return 1;
            }
            return size == 0 ? 0 : Math.min(ALMOST, (double) done / size);
        }
    }

    /** The last report; null before the first. */
    @Nullable
    SnapshotReport last() {
        return last;
    }

    Flux<SnapshotReport> reports() {
        return latest.asFlux().onBackpressureLatest();
    }

    /** Tells a state and its counts, when the state is another one. The first report comes so too. */
    void state(State next, List<TableCount> tables) {
        if (next == state) {
            return;
        }
        SnapshotReport report = report(next, tables);
        if (next == State.RUNNING) {
            meter.start(report.rows(), report.fraction());
        } else {
            meter.stop();
        }
        state = next;
        tell(report);
    }

    /** Tells counts if the last ones were told a second ago; else they are not asked for. */
    void counted(Supplier<List<TableCount>> tables) {
        State now = state;
        if (now != null && Math.abs(clock.millis() - toldAt) >= INTERVAL) {
            tell(report(now, tables.get()));
        }
    }

    /** The last report. */
    void completed(List<TableCount> tables) {
        state(State.COMPLETED, tables);
        latest.tryEmitComplete();
    }

    /** The last report, and why it is the last. */
    void ended(State last, List<TableCount> tables, Throwable because) {
        state(last, tables);
        latest.tryEmitError(because);
    }

    private void tell(SnapshotReport report) {
        toldAt = clock.millis();
        last = report;
        latest.tryEmitNext(report);
    }

    private SnapshotReport report(State as, List<TableCount> tables) {
        long rows = tables.stream().mapToLong(TableCount::rows).sum();
        double fraction = fraction(tables);
        meter.measure(rows, fraction);
        boolean running = as == State.RUNNING;
        return new SnapshotReport(
                snapshot,
                as,
                tables.stream().map(TableCount::report).toList(),
                rows,
                tables.stream().mapToLong(TableCount::bytes).sum(),
                fraction,
                running ? meter.rowsPerSecond() : 0,
                running ? meter.timeLeft() : null);
    }

    /** Large tables weigh more. */
    private static double fraction(List<TableCount> tables) {
        if (tables.stream().allMatch(TableCount::completed)) {
            return 1;
        }
        double size = tables.stream().mapToLong(TableCount::size).sum();
        double done = tables.stream()
                .mapToDouble(table -> table.fraction() * table.size())
                .sum();
        return size == 0 ? 0 : done / size;
    }
}
