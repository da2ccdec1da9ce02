package io.walex.reactive.examples.quickstart;

import io.walex.reactive.WalEx;
import io.walex.reactive.snapshot.SnapshotReport;
import io.walex.reactive.stream.ConnectionState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Follows the snapshots and backfills of a stream. Of several that run, it shows the one that began first. */
final class Progress implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final ProgressDisplay display;
    private final Clock clock;
    private final Map<String, Instant> begun = new LinkedHashMap<>();
    // Of its own: a terminal that was stopped must hold up no event loop.
    private final Scheduler scheduler = Schedulers.newSingle("quickstart-progress", true);
    private volatile boolean anyCompleted;
    private Disposable following = Disposables.disposed();

    Progress(ProgressDisplay display, Clock clock) {
        this.display = display;
        this.clock = clock;
    }

    void follow(WalEx stream) {
        following = stream.states()
                .ofType(ConnectionState.Snapshotting.class)
                .publishOn(scheduler)
                .subscribe(state -> show(state.report()));
    }

    /** Whether a snapshot has completed. */
    boolean isAnyCompleted() {
        return anyCompleted;
    }

    void show(SnapshotReport report) {
        switch (report.state()) {
            case QUEUED, PAUSED -> {}
            case RUNNING -> running(report);
            case COMPLETED -> completed(report);
            case CANCELLED, FAILED -> over(report);
        }
    }

    private void running(SnapshotReport report) {
        begun.putIfAbsent(report.snapshot(), clock.instant());
        if (begun.keySet().iterator().next().equals(report.snapshot())) {
            display.running(report);
        }
    }

    private void completed(SnapshotReport report) {
        Instant since = begun.getOrDefault(report.snapshot(), clock.instant());
        display.ended(ProgressText.completed(report, Duration.between(since, clock.instant())));
        over(report);
        anyCompleted = true;
    }

    /** Why it failed is told by whoever asked for it. */
    private void over(SnapshotReport report) {
        begun.remove(report.snapshot());
        if (begun.isEmpty()) {
            display.idle();
        }
    }

    /** Does not wait for a terminal that was stopped. */
    @Override
    public void close() {
        following.dispose();
        scheduler.schedule(display::idle);
        scheduler.disposeGracefully().timeout(PATIENCE).onErrorComplete().block();
    }
}
