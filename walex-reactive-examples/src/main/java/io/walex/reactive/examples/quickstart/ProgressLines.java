package io.walex.reactive.examples.quickstart;

import io.walex.reactive.snapshot.SnapshotReport;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** For a file or a pipe: a line every few seconds, and the last one. Confined to one thread. */
final class ProgressLines implements ProgressDisplay {

    private static final Duration EVERY = Duration.ofSeconds(5);

    private final PrintWriter err;
    private final Clock clock;
    private @Nullable Instant printedAt;

    ProgressLines(PrintWriter err, Clock clock) {
        this.err = err;
        this.clock = clock;
    }

    /** Not the first, which says that nothing was read yet. */
    @Override
    public void running(SnapshotReport report) {
        Instant now = clock.instant();
        Instant before = printedAt;
        if (before == null) {
            printedAt = now;
        } else if (!now.isBefore(before.plus(EVERY))) {
            printedAt = now;
            err.println("quickstart: " + ProgressText.line(report));
        }
    }

    @Override
    public void ended(String line) {
        err.println("quickstart: " + line);
    }

    @Override
    public void idle() {
        printedAt = null;
    }
}
