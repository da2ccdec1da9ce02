package io.walex.reactive.snapshot;

import io.walex.reactive.config.DriverConfiguration;
import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.error.SnapshotException;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.replication.Acknowledgements;
import io.walex.reactive.replication.SubscriptionLoop;
import io.walex.reactive.server.Connector;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.snapshot.SnapshotReport.State;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One snapshot or backfill, from its plan to its end. Nothing of it is there before: no thread, no connection. Confined to the
 * subscription's event loop.
 */
final class RunningSnapshot implements SnapshotJob.Owner {

    private static final Logger LOG = LoggerFactory.getLogger("io.walex.reactive.WalEx");

    private final Work work;
    private final SnapshotHost host;
    private final SnapshotSlices slices;
    private final Runnable onOver;
    private final SnapshotReports reports;
    private final SubscriptionLoop loop;
    private final Connector connector;
    private final ProgressSaver saver;
    private final Sinks.Empty<Void> over = Sinks.empty();
    private final SavedProgress savedProgress;
    private final SnapshotFailures failures;
    private final Mono<Void> closed = Mono.defer(this::close).cache();

    private SnapshotSteps steps;
    private @Nullable SnapshotPlan plan;

    /** Names this run, from its first row on. */
    private String begun = "";

    private @Nullable SnapshotJob job;
    private @Nullable TargetWait wait;
    private Middleware.@Nullable Server origin;

    /** Whether what was saved is of no use. */
    private boolean fresh;

    /** Whether what an earlier process was given is visible. */
    private boolean guarded;

    /** Why a table was given up. */
    private @Nullable SnapshotException gaveUp;

    private boolean started;
    private boolean paused;
    private boolean ended;

    RunningSnapshot(Work work, SnapshotHost host, SnapshotSlices slices, Clock clock, Runnable onOver) {
        this.work = work;
        this.host = host;
        this.slices = slices;
        this.onOver = onOver;
        savedProgress = new SavedProgress(work);
        failures = new SnapshotFailures(work.name(), host.config());
        steps = steps();
        reports = new SnapshotReports(work.name(), clock);
        // Of its own: rows come as quickly as the server sends them, whatever the subscriber does meanwhile.
        loop = SubscriptionLoop.create("walex-" + host.config().get().name() + "-snapshot");
        connector = DriverConfiguration.connector(host.config(), loop.resources());
        saver = new ProgressSaver(work.store(), work.key(), host.loop(), this::toSave, this::saved);
    }

    private SnapshotSteps steps() {
        return new SnapshotSteps(
                host.loop(), failures::isPassing, error -> end(State.FAILED, failures.explained(null, error)));
    }

    String name() {
        return work.name();
    }

    @Nullable
    SnapshotReport lastReport() {
        return reports.last();
    }

    Flux<SnapshotReport> reports() {
        return reports.reports();
    }

    /** Completes when all is complete and saved; fails when it is cancelled, or cannot go on. */
    Mono<Void> over() {
        return over.asMono();
    }

    boolean isOver() {
        return ended;
    }

    // The plan.

    /**
     * Looks whether it can be read. Where there is no slot yet, what was saved is of no use: that is told to the store before
     * there is one, for no process to go on from it.
     */
    Mono<Void> check(ServerConnection server, Middleware.Server from) {
        return savedProgress.load(from).flatMap(saved -> {
            Mono<Void> kept = saved.isEmpty()
                    ? Mono.empty()
                    : isSlotThere(server).flatMap(there -> there ? Mono.empty() : savedProgress.forget(from));
            boolean completed = saved.isPresent() && saved.get().completed();
            return completed ? kept : tables(server).then(kept);
        });
    }

    private Mono<Boolean> isSlotThere(ServerConnection server) {
        return host.config().get().slot() instanceof SlotSpec.Durable durable
                ? server.slots().find(durable.name()).hasElement()
                : Mono.just(false);
    }

    boolean isPlanned() {
        return job != null;
    }

    /**
     * Plans what is left to be read, and follows the stream from here on. To be called when there is a slot: what is written
     * behind the pages that there are now, comes as changes.
     *
     * @param fresh whether all is to be read, whatever was saved
     */
    Mono<Void> plan(Middleware.Server from, boolean fresh) {
        Mono<Optional<SnapshotProgress>> before = fresh
                ? savedProgress.forget(from).thenReturn(Optional.empty())
                : Mono.defer(() -> savedProgress.load(from));
        return before.publishOn(host.loop().scheduler()).flatMap(saved -> {
            if (saved.isPresent() && saved.get().completed()) {
                return Mono.fromRunnable(() -> nothingToDo(saved.get()));
            }
            return ServerConnection.use(connector, this::tables)
                    .publishOn(host.loop().scheduler())
                    .doOnNext(sources -> plan(sources, savedProgress.usable(saved, sources), from))
                    .then();
        });
    }

    private void nothingToDo(SnapshotProgress saved) {
        LOG.debug("{} has nothing to do for snapshot \"{}\", which has completed", name(), saved.name());
        plan = SnapshotPlan.of(List.of(), null, 1);
        end(State.COMPLETED, null);
    }

    private Mono<List<SourceTable>> tables(ServerConnection server) {
        return tables(server, work.patterns());
    }

    private Mono<List<SourceTable>> tables(ServerConnection server, List<TablePattern> patterns) {
        return new SourceCatalog(server, host.config().get())
                .tables(patterns)
                .doOnNext(sources -> SnapshotChecks.requireKeys(work.name(), work.where(), work.options(), sources));
    }

    private void plan(List<SourceTable> sources, @Nullable SnapshotProgress saved, Middleware.Server from) {
        begun = saved == null ? Long.toHexString(ThreadLocalRandom.current().nextLong()) : saved.run();
        SnapshotPlan planned = SnapshotPlan.of(sources, saved, work.options().chunkBytes());
        SnapshotJob made = new SnapshotJob(
                work.name(),
                host,
                planned,
                work.store().isDurable(),
                listener -> new ChunkReading(host.loop(), connector, work.options(), work.where(), listener),
                this::wholeTable,
                this);
        plan = planned;
        job = made;
        origin = from;
        wait = new TargetWait(
                host, connector, work.options().strict(), work.options().nudge(), made::late, made::awaitsStart);
        slices.add(made);
    }

    private WholeTable wholeTable(TableRun run) {
        return new WholeTable(run, host.loop(), connector, this, host.resume());
    }

    // Running.

    /** There is no stream now. */
    void disconnected() {
        saver.suspend();
    }

    /**
     * The stream is there. What it delivers is followed from now on at the latest.
     *
     * @param from what it comes from
     */
    void start(Middleware.Server from) {
        saver.goOn();
        if (started || ended) {
            return;
        }
        started = true;
        reports.state(State.QUEUED, List.of());
        boolean anew = fresh;
        Mono<Void> planned = Mono.defer(() -> job != null ? Mono.empty() : plan(from, anew));
        Mono<Void> visible = Mono.defer(this::waitForStart);
        steps.run(planned.then(visible).then(Mono.defer(this::listPages)), () -> {
            reports.state(paused ? State.PAUSED : State.RUNNING, counts());
            LOG.info("{} reads {} for snapshot \"{}\"", host.config().get().name(), work.tables(), work.name());
            steps.everySecond(() -> reports.counted(this::counts));
            guarded = true;
            readOn();
        });
    }

    private Mono<Void> waitForStart() {
        SnapshotJob current = job;
        if (current == null) {
            return Mono.empty();
        }
        StartWait start =
                new StartWait(connector, host.loop(), host.config().get().username());
        current.follow(start);
        return start.passed()
                .doOnNext(place -> {
                    current.startsBehind(place.flushed());
                    if (wait != null) {
                        wait.flushedWithin(place.walWriterDelay());
                    }
                })
                .then();
    }

    /** Of a table of which few rows are wanted, those pages are enough that hold one, where an index tells them quickly. */
    private Mono<Void> listPages() {
        SnapshotPlan planned = plan;
        if (work.where().isEmpty() || planned == null) {
            return Mono.empty();
        }
        List<SourceRun> unread = planned.unread();
        return Mono.usingWhen(
                ChunkConnection.open(connector).publishOn(host.loop().scheduler()),
                connection -> Flux.fromIterable(unread)
                        .concatMap(source -> source.list(connection, work.where(), host.loop())
                                .onErrorMap(
                                        error -> !failures.isPassing(error),
                                        error -> failures.explained(source.run(), error)))
                        .then(),
                ChunkConnection::close);
    }

    private void readOn() {
        if (job != null && guarded && !paused && !ended) {
            job.run();
        }
    }

    private List<SnapshotReports.TableCount> counts() {
        SnapshotPlan planned = plan;
        return planned == null ? List.of() : planned.counts();
    }

    void pause() {
        if (!paused && !ended) {
            paused = true;
            if (job != null) {
                job.pause();
            }
            reports.state(State.PAUSED, counts());
        }
    }

    void goOn() {
        if (paused && !ended) {
            paused = false;
            reports.state(guarded ? State.RUNNING : State.QUEUED, counts());
            readOn();
        }
    }

    void cancel() {
        end(State.CANCELLED, new CancellationException("Snapshot \"" + work.name() + "\" was cancelled"));
    }

    /**
     * What was planned is of no use any more: it is planned again, when the stream goes on.
     *
     * @param all whether all is to be read, else what is not saved
     */
    void restart(boolean all) {
        if (ended) {
            return;
        }
        steps.stop();
        steps = steps();
        SnapshotJob before = job;
        if (before != null) {
            slices.remove(before);
            before.close().subscribe(new ReportListener.Ignored());
        }
        if (wait != null) {
            wait.close();
        }
        job = null;
        fresh = all;
        guarded = false;
        started = false;
    }

    /** Goes on if what was read is part of this server's history, else begins again. */
    Mono<Void> connectedTo(Middleware.Server from) {
        Middleware.Server before = origin;
        SnapshotJob current = job;
        if (before == null || current == null || ended) {
            return Mono.empty();
        }
        return savedProgress
                .holds(before.systemIdentifier(), before.timeline(), current.highestTarget(), from)
                .publishOn(host.loop().scheduler())
                .doOnNext(holds -> {
                    origin = from;
                    if (!holds) {
                        restart(true);
                    }
                })
                .then();
    }

    // What the job leaves to its owner.

    @Override
    public String progress() {
        SnapshotPlan planned = plan;
        Middleware.Server from = origin;
        SnapshotJob current = job;
        if (planned == null || from == null || current == null) {
            throw new IllegalStateException("Snapshot \"" + work.name() + "\" has no plan");
        }
        return progress(planned, from, current, false).toJson();
    }

    /** Null while there is no plan. */
    private @Nullable SnapshotProgress toSave() {
        SnapshotPlan planned = plan;
        Middleware.Server from = origin;
        SnapshotJob current = job;
        return planned == null || from == null || current == null ? null : progress(planned, from, current, true);
    }

    private SnapshotProgress progress(
            SnapshotPlan planned, Middleware.Server from, SnapshotJob current, boolean acknowledged) {
        List<SnapshotProgress.TableProgress> tables = planned.progress(acknowledged);
        return new SnapshotProgress(
                work.key(),
                work.name(),
                begun,
                work.spec(),
                from.systemIdentifier(),
                from.timeline(),
                current.highestTarget(),
                tables.stream().allMatch(SnapshotProgress.TableProgress::completed),
                tables);
    }

    @Override
    public void save() {
        if (!ended) {
            saver.save();
        }
    }

    @Override
    public void saveBefore(Acknowledgements.Ticket hold) {
        saver.saveBefore(hold);
    }

    @Override
    public boolean isBehind() {
        return saver.isBehind();
    }

    private void saved() {
        SnapshotPlan planned = plan;
        boolean done = planned != null && planned.runs().stream().allMatch(TableRun::isDone);
        if (done && !ended && !saver.isSaving()) {
            end(gaveUp == null ? State.COMPLETED : State.FAILED, gaveUp);
        } else {
            host.resume().run();
        }
    }

    @Override
    public void waits() {
        TargetWait waiting = wait;
        if (waiting != null) {
            waiting.check();
        }
    }

    @Override
    public void changed(TableRun run) {
        run.planning = true;
        TablePattern table =
                new TablePattern(run.relation().schema(), run.relation().name());
        Mono<List<SourceTable>> looked = ServerConnection.use(connector, server -> tables(server, List.of(table)));
        steps.run(
                looked.publishOn(host.loop().scheduler())
                        // What is being delivered is of the table as it was.
                        .doOnNext(sources -> slices.whenClosed(() -> replan(run, sources)))
                        .onErrorResume(
                                error -> !failures.isPassing(error),
                                error -> Mono.fromRunnable(() -> giveUp(run, error)))
                        .then(),
                this::readOn);
    }

    private void replan(TableRun run, List<SourceTable> sources) {
        if (job != null && !run.isOver()) {
            job.replan(run, sources, work.options().chunkBytes());
        }
        run.planning = false;
        readOn();
    }

    @Override
    public ChunkReading.Verdict failed(TableRun run, Throwable error) {
        if (failures.isPassing(error)) {
            LOG.debug("A chunk of {} is read again", run.name(), error);
            return ChunkReading.Verdict.LATER;
        }
        if (SnapshotFailures.isOtherTable(error) && run.mayBePlanned()) {
            if (!run.planning) {
                changed(run);
            }
            return ChunkReading.Verdict.LATER;
        }
        giveUp(run, error);
        return ChunkReading.Verdict.DROPPED;
    }

    /** Of the initial snapshot, other tables go on; a backfill was asked for as a whole. */
    private void giveUp(TableRun run, Throwable error) {
        SnapshotException explained = failures.explained(run, error);
        if (!work.whole()) {
            end(State.FAILED, explained);
            return;
        }
        LOG.warn("{}; its changes go on, and its snapshot goes on at the next start", explained.getMessage());
        gaveUp = explained;
        if (job != null) {
            job.abandon(run);
        }
        saved();
    }

    // The end.

    /** The subscription has ended. */
    void subscriptionEnded(@Nullable Throwable because) {
        end(
                State.CANCELLED,
                because != null
                        ? because
                        : new CancellationException(
                                "The stream ended before snapshot \"" + work.name() + "\" was complete"));
    }

    private void end(State last, @Nullable Throwable because) {
        if (ended) {
            return;
        }
        ended = true;
        if (last == State.FAILED && work.whole() && because != gaveUp && because != null) {
            LOG.warn("{}; the stream goes on, and the snapshot goes on at the next start", because.getMessage());
        }
        steps.stop();
        // Of an initial snapshot, what is not saved must come again with its transactions.
        saver.close(!work.whole() || last == State.COMPLETED);
        if (job != null) {
            slices.remove(job);
        }
        if (wait != null) {
            wait.close();
        }
        // Before anybody hears of it: its name is free again.
        onOver.run();
        if (because == null) {
            reports.completed(counts());
            over.tryEmitEmpty();
        } else {
            reports.ended(last, counts(), because);
            over.tryEmitError(because);
        }
    }

    /** Closes what it has opened; never fails. */
    Mono<Void> closed() {
        return closed;
    }

    private Mono<Void> close() {
        SnapshotJob current = job;
        return (current == null ? Mono.<Void>empty() : current.close())
                .then(loop.dispose())
                .onErrorComplete();
    }
}
