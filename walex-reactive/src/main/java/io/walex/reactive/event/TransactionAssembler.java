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
    private final TransactionOutput output;
    private final UncommittedTransactions uncommitted;
    private final PreparedTransactions prepared;
    private final MessageOrder order;

    /**
     * Makes an assembler for one subscription.
     *
     * @param origination what all events say of their origin
     * @param subscribed whether the table (schema, name) is wanted; asked once per relation message
     * @param types the database's types
     * @param spill where uncommitted transactions are kept
     * @param twoPhase when prepared transactions are yielded, where the server sends them
     * @param localOnly whether the server leaves out what was replicated to it; then the commit of a prepared transaction
     *     may come without it
     * @param messages whether the server sends logical messages
     */
    public TransactionAssembler(
            StreamIdentity origination,
            BiPredicate<String, String> subscribed,
            TypeSource types,
            Spill spill,
            TwoPhase twoPhase,
            boolean localOnly,
            boolean messages) {
        this.messageSource = origination.source("", "", Map.of());
        this.relations = new Relations(origination, subscribed, types);
        this.output = new TransactionOutput(messageSource, relations, messages);
        this.uncommitted = new UncommittedTransactions(new SpillSpace(spill.directory, spill.memoryLimit));
        this.prepared = new PreparedTransactions(twoPhase, localOnly, messageSource, uncommitted, output);
        this.order = new MessageOrder(twoPhase, uncommitted, output);
    }

    /**
     * Where uncommitted transactions are kept.
     *
     * @param directory of temporary files; made when needed
     * @param memoryLimit in bytes, for all of them together; the rest goes to files
     */
    public record Spill(Path directory, long memoryLimit) {}

    /**
     * A new connection starts: the server describes its relations anew and sends from a transaction's start.
     *
     * @param start where the server was told to start
     */
    public void connected(Lsn start) {
        prepared.connected(start);
        relations.reset();
        output.reset();
        uncommitted.clear();
    }

    /** The commit LSN of the transaction that was yielded in part; {@link Lsn#INVALID} when none was. */
    public Lsn unfinished() {
        return output.unfinished();
    }

    /** The rest of the transaction that was yielded in part will not come. */
    public void endUnfinished() {
        output.endUnfinished();
    }

    /** Another slot begins, perhaps on a timeline whose LSNs lie before those of what was yielded. */
    public void restart() {
        output.restart();
    }

    /** Changes what is wanted from the next transaction on; from any thread. */
    public void resubscribe(BiPredicate<String, String> subscribed) {
        relations.resubscribe(subscribed);
    }

    /** Frees memory and temporary files; the assembler must not be used again. */
    public void close() {
        output.reset();
        uncommitted.clear();
    }

    /** Whether nothing can be taken or yielded until the types of a relation are known. */
    public boolean isBlocked() {
        return relations.isRefreshing();
    }

    /** Returns the next signal left behind by messages before; null when there is none. */
    public @Nullable TransactionSignal queued() {
        return output.queued();
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
        if (type == 'R') {
            uncommitted.relation(payload);
        }
        return switch (type) {
            case 'I', 'U', 'D', 'T', 'R', 'Y' -> output.change(payload, walStart);
            case 'O' -> origin(payload, walStart);
            case 'M' -> message(payload, walStart, sentAt);
            default -> boundary(decode(payload, walStart), type, walStart);
        };
    }

    /** A message of a transaction that is kept until its outcome. */
    private @Nullable TransactionSignal receive(ByteBuf payload, byte type, long walStart) {
        if (type == 'P' && !uncommitted.isStreaming()) {
            return boundary(decode(payload, walStart), type, walStart);
        }
        if (!isChange(type)) {
            throw new PgOutputDecodingException(
                    uncommitted.isStreaming() ? "within a streamed block" : "within a prepared transaction",
                    (char) (type & 0xFF),
                    0,
                    Lsn.of(walStart),
                    null);
        }
        if (type == 'O') {
            return origin(payload, walStart);
        }
        boolean described = type == 'R' || type == 'Y';
        if (described && !uncommitted.isStreaming()) {
            // Outside a streamed block the server describes a relation once for all transactions.
            if (type == 'R') {
                uncommitted.relation(payload);
            }
            output.change(payload, walStart);
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

    private @Nullable TransactionSignal boundary(PgOutputMessage message, byte type, long walStart) {
        order.check(message, type, walStart);
        output.boundary(type, walStart);
        if (message instanceof PgOutputMessage.Begin begin) {
            output.open(new TransactionSignal.Begin(begin.commitLsn(), begin.commitTimestamp(), begin.xid(), null));
        } else if (message instanceof PgOutputMessage.Commit commit) {
            return output.close(commit.endLsn());
        } else if (message instanceof PgOutputMessage.StreamStart start) {
            uncommitted.streamStart(start.xid());
        } else if (message instanceof PgOutputMessage.StreamStop) {
            uncommitted.streamStop();
        } else if (message instanceof PgOutputMessage.StreamAbort abort) {
            uncommitted.streamAbort(abort.xid(), abort.subXid());
        } else if (message instanceof PgOutputMessage.StreamCommit commit) {
            return output.replay(
                    uncommitted.take(commit.xid()),
                    new TransactionSignal.Begin(commit.commitLsn(), commit.commitTimestamp(), commit.xid(), null),
                    commit.endLsn());
        } else if (message instanceof PgOutputMessage.BeginPrepare begin) {
            relations.describedBy(begin.xid());
            prepared.begin(begin);
        } else if (message instanceof PgOutputMessage.Prepare prepare) {
            return prepared.prepare(prepare);
        } else if (message instanceof PgOutputMessage.StreamPrepare prepare) {
            return prepared.streamPrepare(prepare);
        } else if (message instanceof PgOutputMessage.CommitPrepared commit) {
            return prepared.commit(commit, walStart);
        } else if (message instanceof PgOutputMessage.RollbackPrepared rollback) {
            return prepared.rollback(rollback);
        } else {
            throw new PgOutputDecodingException("unexpected here", (char) type, 0, Lsn.of(walStart), null);
        }
        return null;
    }

    /** Comes at a transaction's start, and nowhere else. */
    private @Nullable TransactionSignal origin(ByteBuf payload, long walStart) {
        var message = (PgOutputMessage.Origin) decode(payload, walStart);
        Lsn lsn = message.lsn();
        var origin = new ReplicationOrigin(message.name(), lsn.equals(Lsn.INVALID) ? null : lsn);
        if (uncommitted.isReceiving()) {
            uncommitted.origin(origin);
        } else if (!output.origin(origin)) {
            throw new PgOutputDecodingException("not at a transaction's start", 'O', 0, Lsn.of(walStart), null);
        }
        return null;
    }

    private @Nullable TransactionSignal message(ByteBuf payload, long walStart, long sentAt) {
        if (payload.readableBytes() > 1 && payload.getByte(payload.readerIndex() + 1) != 0) {
            return output.change(payload, walStart);
        }
        if (output.opened() != null) {
            throw new PgOutputDecodingException(
                    "within a transaction, of which it is no part", 'M', 0, Lsn.of(walStart), null);
        }
        // Not transactional: sent when it is decoded, not at a commit, so it makes a transaction of its own.
        LogicalMessage message = (LogicalMessage) decode(payload, walStart);
        output.boundary((byte) 'M', walStart);
        Lsn place = within(message.lsn());
        var begin = new TransactionSignal.Begin(place, POSTGRES_EPOCH.plus(sentAt, ChronoUnit.MICROS), 0, null);
        return output.whole(begin, Event.message(begin, place.value(), messageSource, message), message.lsn());
    }

    /** A position inside of the record that ends here: where one ends, the next begins, and it may be a commit. */
    private static Lsn within(Lsn recordEnd) {
        return Lsn.of(recordEnd.value() - 1);
    }
}
