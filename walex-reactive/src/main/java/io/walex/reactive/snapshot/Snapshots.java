package io.walex.reactive.snapshot;

import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.BetweenTransactions;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.server.ServerConnection;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The snapshots of one subscription: the initial one, if it is configured, and backfills. */
public final class Snapshots {

    /** What the initial snapshot is called. */
    static final String INITIAL = "initial";

    private final SnapshotHost host;
    private final Clock clock;
    private final SnapshotSlices slices;
    private final List<RunningSnapshot> running = new CopyOnWriteArrayList<>();
    private final List<RunningSnapshot> closing = new CopyOnWriteArrayList<>();
    private @Nullable RunningSnapshot initial;
    private Middleware.@Nullable Server server;
    private boolean slotIsNew;
    private boolean streaming;
    private boolean ended;

    /** Reads nothing before the stream has connected. */
    public Snapshots(SnapshotHost host, Clock clock) {
        this.host = host;
        this.clock = clock;
        slices = new SnapshotSlices(
                clock, host.resume(), ThreadLocalRandom.current().nextLong(Long.MAX_VALUE >> 1));
    }

    /** What is added to the stream. */
    public BetweenTransactions slices() {
        return slices;
    }

    /** The slot is about to be made: what was read, was for another. */
    public void slotMissing() {
        slotIsNew = true;
    }

    /**
     * Looks whether the initial snapshot can be read, before a slot is made for it.
     *
     * @return fails where it cannot
     */
    public Mono<Void> check(ServerConnection connection, Middleware.Server from) {
        return Mono.defer(() -> {
            server = from;
            Mono<Void> known = Flux.fromIterable(running)
                    .concatMap(snapshot -> snapshot.connectedTo(from))
                    .then();
            RunningSnapshot unplanned = unplanned();
            return unplanned == null ? known : known.then(unplanned.check(connection, from));
        });
    }

    /** The initial snapshot, as long as it is not known what of it is left. */
    private @Nullable RunningSnapshot unplanned() {
        SnapshotSpec wanted = host.config().get().snapshot();
        if (wanted == null || initial != null && (initial.isPlanned() || initial.isOver())) {
            return null;
        }
        if (initial == null) {
            initial = make(work(wanted));
        }
        return initial;
    }

    /** The slot is this stream's now, and nothing of it was delivered: what is left of a snapshot is planned. */
    public Mono<Void> accepted() {
        Middleware.Server from = server;
        RunningSnapshot unplanned = unplanned();
        if (unplanned == null || from == null) {
            return Mono.empty();
        }
        boolean fresh = slotIsNew || !host.config().get().slot().survivesConnection();
        return unplanned.plan(from, fresh);
    }

    private Work work(SnapshotSpec wanted) {
        SnapshotStore store = wanted.store() == null ? SnapshotStore.inMemory() : wanted.store();
        return new Work(INITIAL, key(INITIAL), wanted.tables(), "", store, wanted.options(), true);
    }

    /** Streams of different slots have each their own. */
    private String key(String snapshot) {
        WalExConfig config = host.config().get();
        String slot = config.slot() instanceof SlotSpec.Durable durable ? durable.name() : config.name();
        return config.database() + "/" + slot + "/" + snapshot;
    }

    private RunningSnapshot make(Work work) {
        RunningSnapshot made = new RunningSnapshot(work, host, slices, clock, this::sweep);
        running.add(made);
        made.reports().subscribe(new ReportListener(host.reports()));
        return made;
    }

    private void sweep() {
        List<RunningSnapshot> over =
                running.stream().filter(RunningSnapshot::isOver).toList();
        running.removeAll(over);
        over.forEach(each -> {
            closing.add(each);
            each.closed().doFinally(signal -> closing.remove(each)).subscribe(new ReportListener.Ignored());
        });
    }

    /** The connection was lost. */
    public void disconnected() {
        running.forEach(RunningSnapshot::disconnected);
    }

    /**
     * The stream begins, or goes on.
     *
     * @param from where
     */
    public void streaming(Lsn from) {
        streaming = true;
        slotIsNew = false;
        slices.connected(from);
        startAll();
    }

    private void startAll() {
        Middleware.Server from = server;
        if (streaming && from != null) {
            running.forEach(snapshot -> snapshot.start(from));
        }
    }

    /** Transactions were lost: all is to be read again. */
    public void gap() {
        slices.cut();
        RunningSnapshot read = initial;
        if (read != null && read.isOver()) {
            initial = null;
            unplanned();
        }
        running.forEach(snapshot -> snapshot.restart(true));
    }

    /** Transactions were delivered to another consumer, who may have gone on with the initial snapshot, and saved how far. */
    public void takenOver() {
        slices.cut();
        running.forEach(snapshot -> snapshot.restart(snapshot != initial));
    }

    /**
     * Starts a backfill; from any thread.
     *
     * @throws IllegalStateException when one of that name is running
     * @throws InvalidConfigException when the stream delivers transactions at their preparation
     */
    public Backfill backfill(BackfillSpec spec) {
        WalExConfig config = host.config().get();
        if (config.twoPhase() == TwoPhase.AT_PREPARE) {
            throw new InvalidConfigException(
                    "Backfill \"%s\" of \"%s\" cannot go with twoPhase(AT_PREPARE), which delivers changes long before a query can see them; use twoPhase(AT_COMMIT)"
                            .formatted(spec.name(), config.name()),
                    null);
        }
        synchronized (running) {
            if (running.stream().anyMatch(each -> !each.isOver() && each.name().equals(spec.name()))) {
                throw new IllegalStateException(
                        "A backfill \"%s\" of \"%s\" is running; wait for its end, or give this one another name with named(...)"
                                .formatted(spec.name(), host.config().get().name()));
            }
            RunningSnapshot made = make(new Work(
                    spec.name(),
                    key("backfill/" + spec.name()),
                    spec.tables(),
                    spec.where(),
                    spec.store(),
                    spec.options(),
                    false));
            host.loop().execute(() -> {
                if (ended) {
                    made.subscriptionEnded(null);
                } else {
                    startAll();
                }
            });
            return new RunningBackfill(made, host.loop());
        }
    }

    /** The backfills that run. */
    public List<Backfill> backfills() {
        return running.stream()
                .filter(each -> each != initial && !each.isOver())
                .<Backfill>map(each -> new RunningBackfill(each, host.loop()))
                .toList();
    }

    /** How far those are that run, the initial one among them; from any thread. */
    public List<SnapshotReport> latest() {
        return running.stream()
                .filter(each -> !each.isOver())
                .map(RunningSnapshot::lastReport)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Completes when all that was opened is closed; never fails. */
    public Mono<Void> closed() {
        return Mono.defer(() -> Flux.concat(Flux.fromIterable(running), Flux.fromIterable(closing))
                .flatMap(RunningSnapshot::closed)
                .then());
    }

    /** The subscription has ended: nothing more is read. */
    public void end(@Nullable Throwable because) {
        host.loop().execute(() -> {
            ended = true;
            running.forEach(snapshot -> snapshot.subscriptionEnded(because));
        });
    }
}
