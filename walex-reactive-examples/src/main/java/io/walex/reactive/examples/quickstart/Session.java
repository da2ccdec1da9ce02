package io.walex.reactive.examples.quickstart;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.examples.quickstart.JsonLines.NobodyReadsException;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** One run: the stream, and the server and workload where they are our own. Closed from any thread, also while it starts. */
final class Session implements AutoCloseable {

    /** More than the library takes at worst to part from a server that does not answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Options options;
    private final JsonLines lines;
    private final Progress progress;
    private final Sinks.Empty<Void> end = Sinks.empty();
    private @Nullable DemoDatabase database;
    private @Nullable DemoWorkload workload;
    private @Nullable WalEx walex;
    private boolean closed;

    Session(Options options, JsonLines lines, ProgressDisplay display) {
        this.options = options;
        this.lines = lines;
        this.progress = new Progress(display, Clock.systemUTC());
    }

    /**
     * Prints changes until there were enough, or the session is closed.
     *
     * @return whether each backfill that has ended was completed
     */
    boolean run() {
        long maxEvents = options.maxEvents();
        Backfills backfills = new Backfills(options.backfills(), options::tell);
        WalEx stream = start();
        if (stream == null) {
            return true;
        }
        try (TransactionPrinter printer = new TransactionPrinter(lines, maxEvents)) {
            Mono<Void> printed = printer.print(stream.transactions()).takeUntilOther(end.asMono());
            progress.follow(stream);
            Mono.firstWithSignal(printed, backfills.run(stream).then(Mono.never()))
                    .block();
        } catch (NobodyReadsException e) {
            // enough was read
        } catch (RuntimeException e) {
            // an end that was asked for is no failure, however the stream met it
            if (!isClosed()) {
                throw e;
            }
        }
        return !backfills.anyFailed();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized @Nullable WalEx start() {
        if (closed) {
            return null;
        }
        WalExConfig config = options.url == null ? demo() : options.config(options.url);
        walex = WalEx.create(config);
        return walex;
    }

    private WalExConfig demo() {
        WalExConfig checked = options.demo(DemoDatabase.ANY_URL);
        database = DemoDatabase.start();
        boolean readsFirst = checked.snapshot() != null;
        workload = DemoWorkload.start(database, () -> !readsFirst || progress.isAnyCompleted());
        return checked.mutate().port(database.port()).build();
    }

    /** Each thing is closed whatever becomes of the others. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            closeStream();
            progress.close();
        } finally {
            try {
                closeWorkload();
            } finally {
                closeDatabase();
            }
        }
    }

    /** Cancels the stream rather than wait for the event that is being printed: perhaps nobody takes it. */
    private void closeStream() {
        end.tryEmitEmpty();
        if (walex != null) {
            walex.closeGracefully().timeout(PATIENCE).onErrorComplete().block();
        }
    }

    private void closeWorkload() {
        if (workload != null) {
            workload.close();
        }
    }

    private void closeDatabase() {
        if (database != null) {
            database.close();
        }
    }
}
