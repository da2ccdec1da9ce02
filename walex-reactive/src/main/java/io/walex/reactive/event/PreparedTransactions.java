package io.walex.reactive.event;

import io.walex.reactive.event.TransactionSignal.Begin;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.MessageType;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import io.walex.reactive.pgoutput.PgOutputMessage.BeginPrepare;
import io.walex.reactive.pgoutput.PgOutputMessage.CommitPrepared;
import io.walex.reactive.pgoutput.PgOutputMessage.Prepare;
import io.walex.reactive.pgoutput.PgOutputMessage.RollbackPrepared;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamPrepare;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** When transactions go out that are committed in two phases, and what of their outcome. */
final class PreparedTransactions {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionAssembler.class);

    private final TwoPhase twoPhase;
    private final boolean localOnly;
    private final Source messageSource;
    private final UncommittedTransactions uncommitted;
    private final TransactionOutput output;
    private Lsn from = Lsn.INVALID;

    PreparedTransactions(
            TwoPhase twoPhase,
            boolean localOnly,
            Source messageSource,
            UncommittedTransactions uncommitted,
            TransactionOutput output) {
        this.twoPhase = twoPhase;
        this.localOnly = localOnly;
        this.messageSource = messageSource;
        this.uncommitted = uncommitted;
        this.output = output;
    }

    /** A new connection starts: what was prepared before this is not sent, or only with its commit. */
    void connected(Lsn start) {
        from = start;
    }

    /**
     * Of a transaction that was prepared before the slot decoded two-phase transactions, the server sends the changes
     * only with its commit, after transactions that committed between. They go out then, for positions to grow.
     */
    private boolean isKept(Lsn prepareLsn) {
        return twoPhase == TwoPhase.AT_COMMIT || from.isAfter(prepareLsn);
    }

    void begin(BeginPrepare begin) {
        if (isKept(begin.prepareLsn())) {
            uncommitted.beginPrepare(begin);
        } else {
            output.open(new Begin(begin.prepareLsn(), begin.prepareTimestamp(), begin.xid(), begin.gid()));
        }
    }

    @Nullable
    TransactionSignal prepare(Prepare prepare) {
        if (uncommitted.preparing() != null) {
            uncommitted.endPrepare();
            return new TransactionSignal.Hold(prepare.gid(), prepare.prepareLsn());
        }
        return output.close(prepare.endLsn());
    }

    @Nullable
    TransactionSignal streamPrepare(StreamPrepare prepare) {
        TransactionSpill spill = uncommitted.take(prepare.xid());
        if (isKept(prepare.prepareLsn())) {
            TransactionOutput.requireCertain(spill, prepare.prepareLsn());
            uncommitted.prepared(prepare.gid(), prepare.xid(), spill);
            return new TransactionSignal.Hold(prepare.gid(), prepare.prepareLsn());
        }
        var begin = new Begin(prepare.prepareLsn(), prepare.prepareTimestamp(), prepare.xid(), prepare.gid());
        return output.replay(spill, begin, prepare.endLsn());
    }

    @Nullable
    TransactionSignal commit(CommitPrepared commit, long walStart) {
        var begin = new Begin(commit.commitLsn(), commit.commitTimestamp(), commit.xid(), commit.gid());
        TransactionSpill kept = uncommitted.takePrepared(commit.gid(), commit.xid());
        if (kept != null) {
            return output.replayPrepared(kept, begin, commit.endLsn(), twoPhase == TwoPhase.AT_PREPARE);
        }
        if (twoPhase == TwoPhase.AT_PREPARE) {
            return output.whole(begin, outcome(EventType.COMMIT_PREPARED, begin), commit.endLsn());
        }
        if (output.wants(begin.commitLsn())) {
            withoutChanges(commit, walStart);
        }
        return null;
    }

    /** The server looks at the origins of a prepare and of its outcome one by one. */
    private void withoutChanges(CommitPrepared commit, long walStart) {
        if (!localOnly) {
            throw PgOutputDecodingException.outOfPlace(
                    MessageType.COMMIT_PREPARED,
                    "prepared transaction \"%s\" was committed, but its changes were confirmed to the slot before; read this slot with twoPhase(AT_PREPARE) as when it was prepared, or drop the slot and take a new snapshot of the tables"
                            .formatted(commit.gid()),
                    walStart);
        }
        LOG.warn(
                "\"{}\" passes over prepared transaction \"{}\", committed at {}: it was prepared in a replication origin session, of which only origin(ANY) reads the changes, or its changes were confirmed to the slot before",
                messageSource.name(),
                commit.gid(),
                commit.commitLsn());
    }

    @Nullable
    TransactionSignal rollback(RollbackPrepared rollback) {
        if (twoPhase == TwoPhase.AT_COMMIT) {
            TransactionSpill dropped = uncommitted.takePrepared(rollback.gid(), rollback.xid());
            if (dropped == null) {
                return null;
            }
            dropped.close();
            return new TransactionSignal.Release(rollback.gid());
        }
        // Only the record's end is told, where the next record may start: its last byte is this one's alone.
        Lsn position = Lsn.of(rollback.rollbackEndLsn().value() - 1);
        var begin = new Begin(position, rollback.rollbackTimestamp(), rollback.xid(), rollback.gid());
        return output.whole(begin, outcome(EventType.ROLLBACK_PREPARED, begin), rollback.rollbackEndLsn());
    }

    private Event outcome(EventType type, Begin begin) {
        return ChangeAssembler.outcome(type, begin, messageSource);
    }
}
