package io.walex.reactive.snapshot;

import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.BetweenTransactions;
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

    /** The slot is about to be made: rows were read for another. */
    public void slotMissing() {
        slotIsNew = true;
    }

    /**
     * Prepares for what comes from this server, before anything does.
     *
     * @return fails where the initial snapshot could not be read
     */
    public Mono<Void> prepare(ServerConnection connection, Middleware.Server from) {
        return Mono.defer(() -> {
            server = from;
            Mono<Void> known = Flux.fromIterable(running)
                    .concatMap(snapshot -> snapshot.connectedTo(from))
                    .then();
            SnapshotSpec wanted = host.config().get().snapshot();
            if (wanted == null || initial != null) {
                return known;
            }
            RunningSnapshot made = make(work(wanted));
            initial = made;
            return made.resume(connection, from, slotIsNew).doOnError(error -> {
                initial = null;
                made.subscriptionEnded(error);
            });
        });
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

    /** Transactions were lost, or delivered to somebody else. */
    public void missed() {
        slices.cut();
        Middleware.Server from = server;
        if (from != null) {
            running.forEach(snapshot -> snapshot.restart(from));
        }
    }

    /**
     * Starts a backfill; from any thread.
     *
     * @throws IllegalStateException when one of that name is running
     */
    public Backfill backfill(BackfillSpec spec) {
        synchronized (running) {
            if (running.stream().anyMatch(each -> each.name().equals(spec.name()))) {
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
