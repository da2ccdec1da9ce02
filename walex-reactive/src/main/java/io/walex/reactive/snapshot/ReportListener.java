package io.walex.reactive.snapshot;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.BaseSubscriber;

/** Hands reports on, and logs some of them. */
final class ReportListener extends BaseSubscriber<SnapshotReport> {

    private static final Logger LOG = LoggerFactory.getLogger("io.walex.reactive.WalEx");

    /** Of reports of a snapshot that runs. */
    private static final int LOGGED_EVERY = 10;

    private final Consumer<? super SnapshotReport> listener;
    private SnapshotReport.State state = SnapshotReport.State.QUEUED;
    private int unlogged;

    ReportListener(Consumer<? super SnapshotReport> listener) {
        this.listener = listener;
    }

    @Override
    protected void hookOnNext(SnapshotReport report) {
        if (report.state() != state || ++unlogged == LOGGED_EVERY) {
            state = report.state();
            unlogged = 0;
            LOG.info("{}", report);
        }
        listener.accept(report);
    }

    @Override
    protected void hookOnError(Throwable error) {
        LOG.debug("A snapshot has ended: {}", error.getMessage());
    }

    /** Nobody waits for it. */
    static final class Ignored extends BaseSubscriber<Void> {

        @Override
        protected void hookOnError(Throwable error) {
            LOG.debug("A snapshot's connections were not closed in good order", error);
        }
    }
}
