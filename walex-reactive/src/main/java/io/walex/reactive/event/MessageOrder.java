package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.MessageType;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import io.walex.reactive.pgoutput.PgOutputMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.BeginPrepare;
import io.walex.reactive.pgoutput.PgOutputMessage.Commit;
import io.walex.reactive.pgoutput.PgOutputMessage.CommitPrepared;
import io.walex.reactive.pgoutput.PgOutputMessage.Prepare;
import io.walex.reactive.pgoutput.PgOutputMessage.RollbackPrepared;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamCommit;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamPrepare;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamStart;
import io.walex.reactive.pgoutput.PgOutputMessage.StreamStop;
import org.jspecify.annotations.Nullable;

/** Where transactions' boundaries may stand among the other messages: a wrong place means that something was lost. */
final class MessageOrder {

    private final TwoPhase twoPhase;
    private final UncommittedTransactions uncommitted;
    private final TransactionOutput output;

    MessageOrder(TwoPhase twoPhase, UncommittedTransactions uncommitted, TransactionOutput output) {
        this.twoPhase = twoPhase;
        this.uncommitted = uncommitted;
        this.output = output;
    }

    void check(PgOutputMessage boundary, MessageType type, long walStart) {
        String problem = problem(boundary);
        if (problem != null) {
            throw PgOutputDecodingException.outOfPlace(type, problem, walStart);
        }
    }

    private @Nullable String problem(PgOutputMessage boundary) {
        TransactionSignal.Begin open = output.opened();
        if (twoPhase == TwoPhase.OFF && isTwoPhase(boundary)) {
            return "of a prepared transaction, though twoPhase is OFF";
        } else if (boundary instanceof Commit commit) {
            return commit(open, commit);
        } else if (boundary instanceof Prepare prepare) {
            BeginPrepare kept = uncommitted.preparing();
            return kept == null ? prepare(open, prepare) : prepare(kept.gid(), kept.prepareLsn(), prepare);
        } else if (open != null) {
            return "within a transaction";
        } else if (boundary instanceof StreamStart start) {
            return start(start);
        } else if (boundary instanceof StreamStop && !uncommitted.isStreaming()) {
            return "outside a streamed block";
        } else if (boundary instanceof StreamCommit commit && !uncommitted.isStreamed(commit.xid())
                || boundary instanceof StreamPrepare prepare && !uncommitted.isStreamed(prepare.xid())) {
            return "of a transaction that was not streamed";
        }
        return null;
    }

    private static boolean isTwoPhase(PgOutputMessage message) {
        return message instanceof BeginPrepare
                || message instanceof Prepare
                || message instanceof StreamPrepare
                || message instanceof CommitPrepared
                || message instanceof RollbackPrepared;
    }

    private static @Nullable String commit(TransactionSignal.@Nullable Begin open, Commit commit) {
        if (open == null) {
            return "outside a transaction";
        } else if (open.gid() != null) {
            return "within a prepared transaction";
        }
        return open.commitLsn().equals(commit.commitLsn())
                ? null
                : "of a transaction at %s, where the one at %s was begun"
                        .formatted(commit.commitLsn(), open.commitLsn());
    }

    private static @Nullable String prepare(TransactionSignal.@Nullable Begin open, Prepare prepare) {
        if (open == null) {
            return "outside a transaction";
        }
        return open.gid() == null ? "within a transaction" : prepare(open.gid(), open.commitLsn(), prepare);
    }

    private static @Nullable String prepare(String gid, Lsn prepareLsn, Prepare prepare) {
        return gid.equals(prepare.gid()) && prepareLsn.equals(prepare.prepareLsn())
                ? null
                : "of transaction \"%s\" at %s, where \"%s\" was begun at %s"
                        .formatted(prepare.gid(), prepare.prepareLsn(), gid, prepareLsn);
    }

    private @Nullable String start(StreamStart start) {
        boolean known = uncommitted.isStreamed(start.xid());
        if (known == start.firstSegment()) {
            return "of transaction %s, %s"
                    .formatted(
                            Integer.toUnsignedString(start.xid()),
                            known ? "which had started before" : "but its first block is missing");
        }
        return null;
    }
}
