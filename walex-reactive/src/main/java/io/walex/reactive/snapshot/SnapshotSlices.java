package io.walex.reactive.snapshot;

import io.walex.reactive.event.BetweenTransactions;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.Relation;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one subscription's snapshots add to its stream, and what they learn of it. A stream without one pays for a look at
 * an empty list. Confined to the subscription's event loop.
 */
final class SnapshotSlices implements BetweenTransactions {

    private final Clock clock;
    private final Runnable resume;
    /** Replaced when it changes, which may be while it is gone through. */
    private List<SnapshotJob> jobs = List.of();
    private final Map<Long, Runnable> unacknowledged = new HashMap<>();
    private @Nullable AddedTransaction open;
    private boolean cut;
    private @Nullable Runnable onEnd;
    private final List<Runnable> whenClosed = new ArrayList<>();

    /** Where the stream is. */
    private Lsn lastCommit = Lsn.INVALID;

    private Lsn lastEnd = Lsn.INVALID;
    private Lsn reached = Lsn.INVALID;

    /** Random enough that a slice of another process, which a spool kept, is not taken for one of this. */
    private long nextId;

    private long events;

    SnapshotSlices(Clock clock, Runnable resume, long firstId) {
        this.clock = clock;
        this.resume = resume;
        this.nextId = firstId;
    }

    void add(SnapshotJob job) {
        jobs = Stream.concat(jobs.stream(), Stream.of(job)).toList();
        job.reached(reached);
    }

    void remove(SnapshotJob job) {
        jobs = jobs.stream().filter(each -> each != job).toList();
    }

    /** The stream begins, or goes on, at this place. */
    void connected(Lsn from) {
        if (from.isAfter(reached)) {
            lastCommit = from;
            lastEnd = from;
            reached(from);
        }
    }

    /** Runs this when no added transaction is open. */
    void whenClosed(Runnable then) {
        if (open == null) {
            then.run();
        } else {
            whenClosed.add(then);
        }
    }

    /** What was added and has not ended, ends without its other rows; nothing of what was added counts as done. */
    void cut() {
        cut = open != null;
        onEnd = null;
        unacknowledged.clear();
    }

    @Override
    public void streamed(TransactionSignal signal) {
        if (signal instanceof TransactionSignal.Begin begin) {
            lastCommit = begin.commitLsn();
            for (SnapshotJob job : jobs) {
                job.begin(begin);
            }
            passed(begin.commitLsn());
        } else if (signal instanceof TransactionSignal.End end) {
            lastEnd = end.endLsn();
            for (SnapshotJob job : jobs) {
                job.end();
            }
            passed(end.endLsn());
        } else if (!jobs.isEmpty() && signal instanceof Event event) {
            for (SnapshotJob job : jobs) {
                job.change(event);
            }
        }
    }

    @Override
    public void reached(Lsn walEnd) {
        passed(walEnd);
    }

    private void passed(Lsn lsn) {
        if (lsn.isAfter(reached)) {
            reached = lsn;
            for (SnapshotJob job : jobs) {
                job.reached(lsn);
            }
        }
    }

    @Override
    public @Nullable TransactionSignal next() {
        AddedTransaction current = open;
        if (current == null) {
            AddedTransaction added = nextTransaction();
            open = added;
            return added == null ? null : added.begin();
        }
        Event event = cut ? null : current.next();
        return event == null ? end(current) : event;
    }

    private @Nullable AddedTransaction nextTransaction() {
        for (SnapshotJob job : jobs) {
            AddedTransaction added = job.nextTransaction(this);
            if (added != null) {
                return added;
            }
        }
        return null;
    }

    private TransactionSignal end(AddedTransaction ended) {
        open = null;
        cut = false;
        Runnable then = onEnd;
        onEnd = null;
        if (then != null) {
            then.run();
        }
        List<Runnable> waiting = List.copyOf(whenClosed);
        whenClosed.clear();
        waiting.forEach(Runnable::run);
        if (jobs.stream().anyMatch(SnapshotJob::hasReady)) {
            // Behind what has come from the server meanwhile.
            resume.run();
        }
        return new TransactionSignal.End(ended.begin(), lastEnd);
    }

    /**
     * The start of a transaction to be added now.
     *
     * @param fromStart whether the subscriber is to forget what it has of the table
     * @param progress how far the snapshot is behind it; null where no further
     * @param then run when it has been delivered
     * @param acknowledged run when it is acknowledged
     */
    TransactionSignal.Begin begin(
            String snapshot,
            Relation table,
            boolean fromStart,
            @Nullable String progress,
            Runnable then,
            Runnable acknowledged) {
        long id = nextId++;
        unacknowledged.put(id, acknowledged);
        onEnd = then;
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return new TransactionSignal.Begin(
                lastCommit, now, new SnapshotSlice(snapshot, table.schema(), table.name(), id, fromStart, progress));
    }

    /** Of the next event: behind all of the transaction before, and before the next one's. */
    long nextOrdinal() {
        return lastCommit.value() + ++events;
    }

    @Override
    public boolean isOpen() {
        return open != null || isHeld();
    }

    @Override
    public boolean isWaiting() {
        return open == null && isHeld();
    }

    /** Whether a table is being delivered whole, with no change between its rows. */
    private boolean isHeld() {
        for (SnapshotJob job : jobs) {
            if (job.holdsStream()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void acknowledged(SnapshotSlice slice) {
        Runnable then = unacknowledged.remove(slice.id());
        if (then != null) {
            then.run();
        }
    }
}
