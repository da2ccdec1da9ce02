package io.walex.reactive.event;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputDecoder;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import io.walex.reactive.pgoutput.PgOutputMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes transactions and events of one subscription's pgoutput messages, in commit order, across reconnects: what was
 * yielded before a connection was lost is not yielded again.
 *
 * <p>Transactions that are sent in whole pass straight through. Those that are streamed while they run, or prepared, are
 * kept until their outcome and then replayed the same way.
 *
 * <p>Not thread-safe: confined to the subscription's event loop.
 */
public final class TransactionAssembler {

    private static final Instant POSTGRES_EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private final Source messageSource;
    private final Relations relations;
    private final Progress progress = new Progress();
    private final ChangeAssembler changes;
    private final UncommittedTransactions uncommitted;
    private final TwoPhase twoPhase;
    private final ArrayDeque<TransactionSignal> queued = new ArrayDeque<>();
    private @Nullable Replay replay;
    private volatile @Nullable BiPredicate<String, String> resubscription;

    /**
     * Makes an assembler for one subscription.
     *
     * @param origination what all events say of their origin
     * @param subscribed whether the table (schema, name) is wanted; asked once per relation message
     * @param types the database's types
     * @param spool where uncommitted transactions are kept
     * @param twoPhase when prepared transactions are yielded, where the server sends them
     */
    public TransactionAssembler(
            Origination origination,
            BiPredicate<String, String> subscribed,
            TypeSource types,
            Spool spool,
            TwoPhase twoPhase) {
        this.messageSource = origination.source("", "", Map.of());
        this.relations = new Relations(origination, subscribed, types);
        this.changes = new ChangeAssembler(messageSource, relations, progress);
        this.uncommitted = new UncommittedTransactions(new SpoolSpace(spool.directory, spool.memoryLimit));
        this.twoPhase = twoPhase;
    }

    /**
     * Where uncommitted transactions are kept.
     *
     * @param directory of temporary files; made when needed
     * @param memoryLimit in bytes, for all of them together; the rest goes to files
     */
    public record Spool(Path directory, long memoryLimit) {}

    /** A new connection starts: the server describes its relations anew and sends from a transaction's start. */
    public void connected() {
        relations.reset();
        changes.reset();
        queued.clear();
        uncommitted.clear();
        endReplay();
    }

    /** The commit LSN of the transaction that was yielded in part; {@link Lsn#INVALID} when none was. */
    public Lsn unfinished() {
        return progress.unfinished();
    }

    /** The rest of the transaction that was yielded in part will not come. */
    public void endUnfinished() {
        progress.end();
    }

    /** Another slot begins, perhaps on a timeline whose LSNs lie before those of what was yielded. */
    public void restart() {
        progress.restart();
    }

    /** Changes what is wanted from the next transaction on; from any thread. */
    public void resubscribe(BiPredicate<String, String> subscribed) {
        resubscription = subscribed;
    }

    /** Frees memory and temporary files; the assembler must not be used again. */
    public void close() {
        uncommitted.clear();
        endReplay();
    }

    /** Whether nothing can be taken or yielded until the types of a relation are known. */
    public boolean isBlocked() {
        return relations.isRefreshing();
    }

    /** Returns the next signal left behind by messages before; null when there is none. */
    public @Nullable TransactionSignal queued() {
        if (isBlocked()) {
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

    /**
     * Takes one message.
     *
     * @param payload the message, from its type letter to its end
     * @param walStart the LSN in its frame
     * @param sentAt the server's clock when it sent the frame, in microseconds since 2000-01-01 UTC
     * @return the first signal it makes; null when it makes none
     * @throws PgOutputDecodingException when it cannot be decoded, or does not fit what came before
     */
    public @Nullable TransactionSignal next(ByteBuf payload, long walStart, long sentAt) {
        if (!payload.isReadable()) {
            throw new PgOutputDecodingException("empty", (char) 0, 0, Lsn.of(walStart), null);
        }
        byte type = payload.getByte(payload.readerIndex());
        if (uncommitted.isReceiving() && !(type == 'E' && uncommitted.isStreaming())) {
            return receive(payload, type, walStart);
        }
        if (type == 'R' && twoPhase == TwoPhase.AT_COMMIT) {
            uncommitted.relation(payload);
        }
        return switch (type) {
            case 'I', 'U', 'D', 'T', 'R', 'Y', 'O' -> delivered(changes.change(payload, false, walStart));
            case 'M' -> message(payload, walStart, sentAt);
            default -> boundary(decode(payload, walStart), type, walStart);
        };
    }

    /** A message of a transaction that is kept until its outcome. */
    private @Nullable TransactionSignal receive(ByteBuf payload, byte type, long walStart) {
        if (type == 'P' && !uncommitted.isStreaming()) {
            var prepare = (PgOutputMessage.Prepare) decode(payload, walStart);
            uncommitted.prepared(prepare.gid());
            return new TransactionSignal.Hold(prepare.gid(), prepare.prepareLsn());
        }
        if (!isChange(type)) {
            throw new PgOutputDecodingException(
                    uncommitted.isStreaming() ? "within a streamed block" : "within a prepared transaction",
                    (char) (type & 0xFF),
                    0,
                    Lsn.of(walStart),
                    null);
        }
        boolean described = type == 'R' || type == 'Y';
        if (described && !uncommitted.isStreaming()) {
            // Outside a streamed block the server describes a relation once for all transactions.
            if (type == 'R') {
                uncommitted.relation(payload);
            }
            changes.change(payload, false, walStart);
        } else {
            uncommitted.receive(payload, walStart);
        }
        return null;
    }

    private static boolean isChange(byte type) {
        return switch (type) {
            case 'I', 'U', 'D', 'T', 'M', 'R', 'Y', 'O' -> true;
            default -> false;
        };
    }

    private static PgOutputMessage decode(ByteBuf payload, long walStart) {
        return PgOutputDecoder.decode(payload, false, walStart);
    }

    /** Where a message may stand among the others; a wrong place means that something was lost. */
    private void requireInPlace(PgOutputMessage message, byte type, long walStart) {
        boolean ends = message instanceof PgOutputMessage.Commit || message instanceof PgOutputMessage.Prepare;
        String problem = null;
        if (twoPhase == TwoPhase.OFF && isTwoPhase(message)) {
            problem = "of a prepared transaction, though twoPhase is OFF";
        } else if (ends && !changes.isOpen()) {
            problem = "outside a transaction";
        } else if (!ends && changes.isOpen()) {
            problem = "within a transaction";
        } else if (message instanceof PgOutputMessage.StreamStop && !uncommitted.isStreaming()) {
            problem = "outside a streamed block";
        }
        if (problem != null) {
            throw new PgOutputDecodingException(problem, (char) type, 0, Lsn.of(walStart), null);
        }
    }

    private static boolean isTwoPhase(PgOutputMessage message) {
        return message instanceof PgOutputMessage.BeginPrepare
                || message instanceof PgOutputMessage.Prepare
                || message instanceof PgOutputMessage.StreamPrepare
                || message instanceof PgOutputMessage.CommitPrepared
                || message instanceof PgOutputMessage.RollbackPrepared;
    }

    private @Nullable TransactionSignal boundary(PgOutputMessage message, byte type, long walStart) {
        requireInPlace(message, type, walStart);
        if (message instanceof PgOutputMessage.Begin begin) {
            return open(new TransactionSignal.Begin(begin.commitLsn(), begin.commitTimestamp(), begin.xid(), null));
        } else if (message instanceof PgOutputMessage.Commit commit) {
            return delivered(close(commit.endLsn()));
        } else if (message instanceof PgOutputMessage.StreamStart start) {
            uncommitted.streamStart(start.xid());
        } else if (message instanceof PgOutputMessage.StreamStop) {
            uncommitted.streamStop();
        } else if (message instanceof PgOutputMessage.StreamAbort abort) {
            uncommitted.streamAbort(abort.xid(), abort.subXid());
        } else if (message instanceof PgOutputMessage.StreamCommit commit) {
            return replay(
                    uncommitted.take(commit.xid()),
                    new TransactionSignal.Begin(commit.commitLsn(), commit.commitTimestamp(), commit.xid(), null),
                    commit.endLsn(),
                    null);
        } else if (message instanceof PgOutputMessage.BeginPrepare begin) {
            return beginPrepare(begin);
        } else if (message instanceof PgOutputMessage.Prepare prepare) {
            return delivered(close(prepare.endLsn()));
        } else if (message instanceof PgOutputMessage.StreamPrepare prepare) {
            return streamPrepare(prepare);
        } else if (message instanceof PgOutputMessage.CommitPrepared commit) {
            return commitPrepared(commit, walStart);
        } else if (message instanceof PgOutputMessage.RollbackPrepared rollback) {
            return rollbackPrepared(rollback);
        } else {
            throw new PgOutputDecodingException("unexpected here", (char) type, 0, Lsn.of(walStart), null);
        }
        return null;
    }

    private @Nullable TransactionSignal open(TransactionSignal.Begin begin) {
        BiPredicate<String, String> subscribed = resubscription;
        boolean isNew = progress.isNew(begin.commitLsn());
        // What is sent again was begun before, and may go on.
        if (subscribed != null && isNew) {
            resubscription = null;
            relations.resubscribe(subscribed);
        }
        changes.open(isNew || progress.isUnfinished(begin.commitLsn()) ? begin : null);
        return isNew ? deliver(begin) : null;
    }

    private @Nullable TransactionSignal close(Lsn endLsn) {
        TransactionSignal.Begin begin = changes.close();
        return begin == null ? null : new TransactionSignal.End(begin, endLsn);
    }

    private @Nullable TransactionSignal beginPrepare(PgOutputMessage.BeginPrepare begin) {
        if (twoPhase == TwoPhase.AT_COMMIT) {
            uncommitted.beginPrepare();
            return null;
        }
        return open(
                new TransactionSignal.Begin(begin.prepareLsn(), begin.prepareTimestamp(), begin.xid(), begin.gid()));
    }

    private @Nullable TransactionSignal streamPrepare(PgOutputMessage.StreamPrepare prepare) {
        TransactionSpool spool = uncommitted.take(prepare.xid());
        if (twoPhase == TwoPhase.AT_COMMIT) {
            uncommitted.prepared(prepare.gid(), spool);
            return new TransactionSignal.Hold(prepare.gid(), prepare.prepareLsn());
        }
        var begin = new TransactionSignal.Begin(
                prepare.prepareLsn(), prepare.prepareTimestamp(), prepare.xid(), prepare.gid());
        return replay(spool, begin, prepare.endLsn(), null);
    }

    private @Nullable TransactionSignal commitPrepared(PgOutputMessage.CommitPrepared commit, long walStart) {
        var begin =
                new TransactionSignal.Begin(commit.commitLsn(), commit.commitTimestamp(), commit.xid(), commit.gid());
        if (twoPhase == TwoPhase.AT_PREPARE) {
            return whole(
                    begin,
                    Event.outcome(EventType.COMMIT_PREPARED, begin, messageSource, commit.gid()),
                    commit.endLsn());
        }
        TransactionSpool spool = uncommitted.takePrepared(commit.gid());
        if (spool != null) {
            return replay(spool, begin, commit.endLsn(), commit.gid());
        }
        if (progress.isNew(begin.commitLsn()) || progress.isUnfinished(begin.commitLsn())) {
            throw new PgOutputDecodingException(
                    "prepared transaction \"%s\" was committed, but its changes were confirmed to the slot before; read this slot with twoPhase(AT_PREPARE) as when it was prepared, or drop the slot and take a new snapshot of the tables"
                            .formatted(commit.gid()),
                    'K',
                    0,
                    Lsn.of(walStart),
                    null);
        }
        return null;
    }

    private @Nullable TransactionSignal rollbackPrepared(PgOutputMessage.RollbackPrepared rollback) {
        if (twoPhase == TwoPhase.AT_COMMIT) {
            TransactionSpool dropped = uncommitted.takePrepared(rollback.gid());
            if (dropped == null) {
                return null;
            }
            dropped.close();
            return new TransactionSignal.Release(rollback.gid());
        }
        // Only the record's end is told, where the next record may start: its last byte is this one's alone.
        Lsn position = Lsn.of(rollback.rollbackEndLsn().value() - 1);
        var begin = new TransactionSignal.Begin(position, rollback.rollbackTimestamp(), rollback.xid(), rollback.gid());
        return whole(
                begin,
                Event.outcome(EventType.ROLLBACK_PREPARED, begin, messageSource, rollback.gid()),
                rollback.rollbackEndLsn());
    }

    private @Nullable TransactionSignal message(ByteBuf payload, long walStart, long sentAt) {
        if (payload.readableBytes() > 1 && payload.getByte(payload.readerIndex() + 1) != 0) {
            return delivered(changes.change(payload, false, walStart));
        }
        // Not transactional: sent when it is decoded, not at a commit, so it makes a transaction of its own.
        LogicalMessage message = (LogicalMessage) decode(payload, walStart);
        var begin = new TransactionSignal.Begin(
                within(message.lsn()), POSTGRES_EPOCH.plus(sentAt, ChronoUnit.MICROS), 0, null);
        return whole(begin, Event.message(begin, 0, messageSource, message), message.lsn());
    }

    /** A position inside of the record that ends here: where one ends, the next begins, and it may be a commit. */
    private static Lsn within(Lsn recordEnd) {
        return Lsn.of(recordEnd.value() - 1);
    }

    /** A transaction of one event, or what is still to be yielded of it. */
    private @Nullable TransactionSignal whole(TransactionSignal.Begin begin, Event event, Lsn endLsn) {
        boolean isNew = progress.isNew(begin.commitLsn());
        if (isNew) {
            queued.add(begin);
        }
        if (isNew || progress.isUnfinished(begin.commitLsn())) {
            if (isNew || progress.isNew(0)) {
                queued.add(event);
            }
            queued.add(new TransactionSignal.End(begin, endLsn));
        }
        return queued();
    }

    /**
     * A transaction that was kept.
     *
     * @param releases the hold that ends with it
     */
    private record Replay(
            TransactionSpool spool,
            TransactionSpool.Reader reader,
            Lsn endLsn,
            @Nullable String releases) {}

    private @Nullable TransactionSignal replay(
            TransactionSpool spool, TransactionSignal.Begin begin, Lsn endLsn, @Nullable String releases) {
        try {
            replay = new Replay(spool, spool.read(), endLsn, releases);
        } catch (RuntimeException e) {
            spool.close();
            throw e;
        }
        TransactionSignal opened = open(begin);
        if (releases != null) {
            relations.beginReplay();
        }
        return opened;
    }

    private @Nullable TransactionSignal replayed(Replay running) {
        TransactionSpool spool = running.spool;
        for (ByteBuf message = running.reader.next(); message != null; message = running.reader.next()) {
            Event event = changes.change(message, spool.withXids(), running.reader.walStart());
            if (event != null) {
                return event;
            }
            if (isBlocked()) {
                return null;
            }
        }
        endReplay();
        TransactionSignal end = close(running.endLsn);
        if (running.releases == null) {
            return end;
        }
        var release = new TransactionSignal.Release(running.releases);
        if (end == null) {
            return release;
        }
        queued.add(release);
        return end;
    }

    private void endReplay() {
        if (replay != null) {
            replay.spool.close();
            replay = null;
            relations.endReplay();
        }
    }

    private @Nullable TransactionSignal delivered(@Nullable TransactionSignal signal) {
        return signal == null ? null : deliver(signal);
    }

    private TransactionSignal deliver(TransactionSignal signal) {
        if (signal instanceof Event event) {
            progress.event(event.ordinal());
        } else if (signal instanceof TransactionSignal.Begin begin) {
            progress.begin(begin.commitLsn());
        } else if (signal instanceof TransactionSignal.End) {
            progress.end();
        }
        return signal;
    }
}
