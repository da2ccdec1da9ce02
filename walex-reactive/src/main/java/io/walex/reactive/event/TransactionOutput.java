package io.walex.reactive.event;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.MessageType;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What goes out: one transaction after another, each from its start to its end, whether it is being received or was kept
 * until now, and nothing that went out before.
 */
final class TransactionOutput {

    private final Relations relations;
    private final Progress progress = new Progress();
    private final ChangeAssembler changes;
    private final ArrayDeque<TransactionSignal> queued = new ArrayDeque<>();
    private TransactionSignal.@Nullable Begin opened;

    /** The same, as long as its origin may still come. */
    private TransactionSignal.@Nullable Begin beginning;

    private @Nullable Replay replay;

    /** The message that a transaction starts with, and the LSN in its frame. */
    private MessageType startedBy = MessageType.UNKNOWN;

    private long startedAt;

    TransactionOutput(Source messageSource, Relations relations, boolean withMessages) {
        this.relations = relations;
        this.changes = new ChangeAssembler(messageSource, relations, progress, withMessages);
    }

    /**
     * A transaction that was kept.
     *
     * @param releases the hold that ends with it
     * @param withOutcome whether its last event tells that it committed
     */
    private record Replay(
            TransactionSpill spill,
            TransactionSpill.Reader reader,
            Lsn endLsn,
            @Nullable String releases,
            boolean withOutcome) {}

    /**
     * Forgets what is under way, but not what went out: of a transaction of which only the end is left, that still comes.
     * The server may not send it again, as it leaves out transactions without changes in some forms and not in others.
     */
    void reset() {
        opened = null;
        beginning = null;
        changes.reset();
        TransactionSignal next = queued.peek();
        queued.clear();
        if (next instanceof TransactionSignal.End) {
            queued.add(next);
        }
        if (replay != null) {
            replay.spill.close();
            replay = null;
        }
    }

    /** The transaction that is being received or replayed; null between transactions. */
    TransactionSignal.@Nullable Begin opened() {
        return opened;
    }

    /** The commit LSN of the transaction that went out in part; {@link Lsn#INVALID} when none did. */
    Lsn unfinished() {
        return progress.unfinished();
    }

    /** The rest of the transaction that went out in part will not come. */
    void endUnfinished() {
        queued.clear();
        progress.end();
    }

    /** Another slot begins, perhaps on a timeline whose LSNs lie before those of what went out. */
    void restart() {
        queued.clear();
        progress.restart();
    }

    /** Whether something of the transaction is still to go out. */
    boolean wants(Lsn commitLsn) {
        return progress.isNew(commitLsn) || progress.isUnfinished(commitLsn);
    }

    /** Returns the next signal left behind by messages before; null when there is none. */
    @Nullable
    TransactionSignal queued() {
        if (relations.isRefreshing()) {
            return null;
        }
        TransactionSignal signal = queued.poll();
        if (signal == null) {
            signal = changes.queued();
        }
        if (signal == null && replay != null) {
            signal = replayed(replay);
        }
        return signal == null ? null : deliver(signal);
    }

    /** A transaction may start with this message. */
    void boundary(MessageType type, long walStart) {
        startedBy = type;
        startedAt = walStart;
    }

    /** A transaction starts whose changes follow, or its origin and then they. */
    void open(TransactionSignal.Begin begin) {
        opened = begin;
        beginning = begin;
        relations.beginTransaction(begin.xid(), progress.isNew(begin.commitLsn()));
    }

    /**
     * Where the transaction that starts was replicated from.
     *
     * @return whether there is one: an origin comes first
     */
    boolean origin(ReplicationOrigin origin) {
        if (beginning == null) {
            return false;
        }
        beginning = beginning.from(origin);
        return true;
    }

    private @Nullable TransactionSignal begin() {
        TransactionSignal.Begin begin = beginning;
        if (begin == null) {
            return null;
        }
        beginning = null;
        boolean isNew = progress.isNew(begin.commitLsn());
        changes.open(wants(begin.commitLsn()) ? begin : null);
        return isNew ? deliver(begin) : null;
    }

    /** A change of the open transaction, or a relation. */
    @Nullable
    TransactionSignal change(MessageType type, ByteBuf payload, long walStart) {
        TransactionSignal begun = begin();
        return deliverFirst(begun, changes.change(type, payload, false, walStart));
    }

    /** The open transaction ends. */
    @Nullable
    TransactionSignal close(Lsn endLsn) {
        TransactionSignal begun = begin();
        changes.settle(queued::add);
        queue(end(endLsn));
        return deliverFirst(begun, begun == null ? queued.poll() : null);
    }

    /** The start of a transaction goes out before what follows it, which then waits; without a start, that goes out. */
    private @Nullable TransactionSignal deliverFirst(
            @Nullable TransactionSignal begun, @Nullable TransactionSignal next) {
        if (begun == null) {
            return next == null ? null : deliver(next);
        }
        if (next != null) {
            queued.addFirst(next);
        }
        return begun;
    }

    private @Nullable TransactionSignal end(Lsn endLsn) {
        opened = null;
        TransactionSignal.Begin begin = changes.close();
        return begin == null ? null : new TransactionSignal.End(begin, endLsn);
    }

    /** A transaction of one event, or what is still to go out of it. */
    @Nullable
    TransactionSignal whole(TransactionSignal.Begin begin, Event event, Lsn endLsn) {
        boolean isNew = progress.isNew(begin.commitLsn());
        if (isNew) {
            queued.add(begin);
        }
        if (wants(begin.commitLsn())) {
            if (isNew || progress.isNew(event)) {
                queued.add(event);
            }
            queued.add(new TransactionSignal.End(begin, endLsn));
        }
        return queued();
    }

    /** A streamed transaction, from its start to its end; the spill is closed when it was read, or given up. */
    @Nullable
    TransactionSignal replay(TransactionSpill kept, TransactionSignal.Begin begin, Lsn endLsn) {
        if (wants(begin.commitLsn())) {
            requireCertain(kept, begin.commitLsn());
        }
        return start(new Replay(kept, reader(kept), endLsn, null, false), begin);
    }

    /** The same of a prepared transaction, with which a hold ends. */
    @Nullable
    TransactionSignal replayPrepared(
            TransactionSpill kept, TransactionSignal.Begin begin, Lsn endLsn, boolean withOutcome) {
        return start(new Replay(kept, reader(kept), endLsn, begin.gid(), withOutcome), begin);
    }

    /** Closes the spill where it is not. */
    static void requireCertain(TransactionSpill streamed, Lsn commitLsn) {
        if (streamed.isDoubtful()) {
            streamed.close();
            throw new UncertainMessageException(commitLsn);
        }
    }

    private static TransactionSpill.Reader reader(TransactionSpill kept) {
        try {
            return kept.read();
        } catch (RuntimeException e) {
            kept.close();
            throw e;
        }
    }

    private @Nullable TransactionSignal start(Replay started, TransactionSignal.Begin begin) {
        replay = started;
        open(begin.from(started.spill.origin()));
        relations.beginReplay();
        TransactionSignal begun = begin();
        // With its start goes what follows, for nothing but its end to be left where there is nothing between.
        return deliverFirst(begun, replayed(started));
    }

    private @Nullable TransactionSignal replayed(Replay running) {
        TransactionSpill spill = running.spill;
        for (ByteBuf message = running.reader.next(); message != null; message = running.reader.next()) {
            Event event = changes.change(MessageType.of(message), message, spill.withXids(), running.reader.walStart());
            if (event != null) {
                return event;
            }
            if (relations.isRefreshing()) {
                return null;
            }
        }
        replay = null;
        relations.endReplay(spill::describes);
        spill.close();
        changes.settle(queued::add);
        queue(running.withOutcome ? changes.outcome(EventType.COMMIT_PREPARED) : null);
        queue(end(running.endLsn));
        queue(running.releases == null ? null : new TransactionSignal.Release(running.releases));
        return queued.poll();
    }

    private void queue(@Nullable TransactionSignal signal) {
        if (signal != null) {
            queued.add(signal);
        }
    }

    private TransactionSignal deliver(TransactionSignal signal) {
        if (signal instanceof Event event) {
            progress.event(event);
        } else if (signal instanceof TransactionSignal.Begin begin) {
            requireNoneUnfinished(begin);
            progress.begin(begin.commitLsn());
        } else if (signal instanceof TransactionSignal.End) {
            progress.end();
        }
        return signal;
    }

    /** A slot that was moved skips the rest of what went out in part: that must not be taken for its end. */
    private void requireNoneUnfinished(TransactionSignal.Begin begin) {
        Lsn unfinished = progress.unfinished();
        if (!unfinished.equals(Lsn.INVALID)) {
            throw PgOutputDecodingException.outOfPlace(
                    startedBy,
                    "the transaction that commits at %s, before the rest of that at %s"
                            .formatted(begin.commitLsn(), unfinished),
                    startedAt);
        }
    }
}
