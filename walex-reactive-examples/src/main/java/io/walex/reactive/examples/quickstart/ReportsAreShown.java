package io.walex.reactive.examples.quickstart;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.walex.reactive.snapshot.SnapshotReport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/** Leaves out of the log how far snapshots are, since {@link Progress} shows it. */
final class ReportsAreShown extends TurboFilter {

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] arguments,
            @Nullable Throwable error) {
        boolean report = arguments != null && arguments.length == 1 && arguments[0] instanceof SnapshotReport;
        return report ? FilterReply.DENY : FilterReply.NEUTRAL;
    }
}
