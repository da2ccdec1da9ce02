package io.walex.reactive.snapshot;

import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How fast a snapshot is, and how long it will take, from what was counted. A second weighs less the longer ago it was; the
 * first ones weigh as much as they have.
 */
final class ProgressMeter {

    /** After as many seconds, a second weighs a third. */
    private static final double MEMORY = 10;

    /** Shorter ones say nothing yet. */
    private static final double SHORTEST_ESTIMATE = 1;

    private static final double LONGEST_SECONDS = Duration.ofDays(365).toSeconds();

    private final Clock clock;
    private long measuredAt;
    private boolean running;
    private long rows;
    private double fraction;

    // Sums over the seconds so far, each by its weight.
    private double seconds;
    private double weightedRows;
    private double weightedFraction;

    ProgressMeter(Clock clock) {
        this.clock = clock;
    }

    /** Time counts from now on. What there is already was not read now. */
    void start(long rowsSoFar, double fractionSoFar) {
        measuredAt = clock.millis();
        running = true;
        rows = rowsSoFar;
        fraction = fractionSoFar;
    }

    /** Time counts no more, until the next start. What was measured is kept. */
    void stop() {
        running = false;
    }

    /** Takes the counts of now. A fraction that fell, as that of a table that begins again, is no progress. */
    void measure(long rowsNow, double fractionNow) {
        if (!running) {
            return;
        }
        long now = clock.millis();
        double passed = (now - measuredAt) / 1000.0;
        measuredAt = now;
        if (passed <= 0) {
            // Counts with what comes next: the clock was set back, or too little time has passed.
            return;
        }
        double kept = Math.exp(-passed / MEMORY);
        seconds = seconds * kept + passed;
        weightedRows = weightedRows * kept + Math.max(0, rowsNow - rows);
        weightedFraction = weightedFraction * kept + Math.max(0, fractionNow - fraction);
        rows = rowsNow;
        fraction = fractionNow;
    }

    double rowsPerSecond() {
        return running && seconds > 0 ? weightedRows / seconds : 0;
    }

    /** Null where nothing can be said yet, where no time counts, and where it would take more than a year. */
    @Nullable
    Duration timeLeft() {
        if (!running || seconds < SHORTEST_ESTIMATE) {
            return null;
        }
        double left = Math.max(0, 1 - fraction) * seconds / weightedFraction;
        return left <= LONGEST_SECONDS ? Duration.ofMillis(Math.round(left * 1000)) : null;
    }
}
