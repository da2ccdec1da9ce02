package io.walex.reactive.event;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.MessageType;
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
     * @param identity what all events say of their origin
     * @param subscribed whether the table (schema, name) is wanted; asked once per relation message
     * @param types the database's types
     * @param spill where uncommitted transactions are kept
     * @param twoPhase when prepared transactions are yielded, where the server sends them
     * @param localOnly whether the server leaves out what was replicated to it; then the commit of a prepared transaction
     *     may come without it
     * @param messages whether the server sends logical messages
     */
    public TransactionAssembler(
            StreamIdentity identity,
            BiPredicate<String, String> subscribed,
            TypeSource types,
            Spill spill,
            TwoPhase twoPhase,
            boolean localOnly,
            boolean messages) {
        this.messageSource = identity.source("", "", Map.of());
        this.relations = new Relations(identity, subscribed, types);
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
            throw PgOutputDecodingException.outOfPlace(MessageType.UNKNOWN, "empty", walStart);
        }
        MessageType type = MessageType.of(payload);
        if (uncommitted.isReceiving()) {
            return receive(type, payload, walStart);
        }
        return switch (type) {
            case INSERT, UPDATE, DELETE, TRUNCATE, TYPE -> output.change(type, payload, walStart);
            case RELATION -> {
                uncommitted.relation(payload);
                yield output.change(type, payload, walStart);
            }
            case ORIGIN -> origin(payload, walStart);
            case LOGICAL_MESSAGE -> message(payload, walStart, sentAt);
            default -> boundary(type, payload, walStart);
        };
    }

    /** A message of a transaction that is kept until its outcome, or the end of what is received of it. */
    private @Nullable TransactionSignal receive(MessageType type, ByteBuf payload, long walStart) {
        boolean streaming = uncommitted.isStreaming();
        if (type == (streaming ? MessageType.STREAM_STOP : MessageType.PREPARE)) {
            return boundary(type, payload, walStart);
        }
        switch (type) {
            case INSERT, UPDATE, DELETE, TRUNCATE, LOGICAL_MESSAGE -> uncommitted.receive(payload, walStart);
            case RELATION, TYPE -> {
                if (streaming) {
                    uncommitted.receive(payload, walStart);
                } else {
                    describeToAll(type, payload, walStart);
                }
            }
            case ORIGIN -> origin(payload, walStart);
            default ->
                throw PgOutputDecodingException.outOfPlace(
                        payload, streaming ? "within a streamed block" : "within a prepared transaction", walStart);
        }
        return null;
    }

    /** Outside a streamed block the server describes a relation once for all transactions. */
    private void describeToAll(MessageType type, ByteBuf payload, long walStart) {
        if (type == MessageType.RELATION) {
            uncommitted.relation(payload);
        }
        output.change(type, payload, walStart);
    }

    private static PgOutputMessage decode(ByteBuf payload, long walStart) {
        return PgOutputDecoder.decode(payload, false, walStart);
    }

    /** A message that begins or ends something. */
    private @Nullable TransactionSignal boundary(MessageType type, ByteBuf payload, long walStart) {
        PgOutputMessage message = decode(payload, walStart);
        order.check(message, type, walStart);
        output.boundary(type, walStart);
        switch (type) {
            case BEGIN -> begin((PgOutputMessage.Begin) message);
            case STREAM_START -> uncommitted.streamStart(((PgOutputMessage.StreamStart) message).xid());
            case STREAM_STOP -> uncommitted.streamStop();
            case STREAM_ABORT -> streamAbort((PgOutputMessage.StreamAbort) message);
            case BEGIN_PREPARE -> beginPrepare((PgOutputMessage.BeginPrepare) message);
            default -> {
                return outcome(type, message, walStart);
            }
        }
        return null;
    }

    private void begin(PgOutputMessage.Begin begin) {
        output.open(new TransactionSignal.Begin(begin.commitLsn(), begin.commitTimestamp(), begin.xid(), null));
    }

    private void streamAbort(PgOutputMessage.StreamAbort abort) {
        uncommitted.streamAbort(abort.xid(), abort.subXid());
    }

    private void beginPrepare(PgOutputMessage.BeginPrepare begin) {
        relations.describedBy(begin.xid());
        prepared.begin(begin);
    }

    /** A message that ends a transaction, and so may have signals. */
    private @Nullable TransactionSignal outcome(MessageType type, PgOutputMessage message, long walStart) {
        return switch (type) {
            case COMMIT -> output.close(((PgOutputMessage.Commit) message).endLsn());
            case STREAM_COMMIT -> streamCommit((PgOutputMessage.StreamCommit) message);
            case PREPARE -> prepared.prepare((PgOutputMessage.Prepare) message);
            case STREAM_PREPARE -> prepared.streamPrepare((PgOutputMessage.StreamPrepare) message);
            case COMMIT_PREPARED -> prepared.commit((PgOutputMessage.CommitPrepared) message, walStart);
            case ROLLBACK_PREPARED -> prepared.rollback((PgOutputMessage.RollbackPrepared) message);
            default -> throw PgOutputDecodingException.outOfPlace(type, "unexpected here", walStart);
        };
    }

    private @Nullable TransactionSignal streamCommit(PgOutputMessage.StreamCommit commit) {
        return output.replay(
                uncommitted.take(commit.xid()),
                new TransactionSignal.Begin(commit.commitLsn(), commit.commitTimestamp(), commit.xid(), null),
                commit.endLsn());
    }

    /** Comes at a transaction's start, and nowhere else. */
    private @Nullable TransactionSignal origin(ByteBuf payload, long walStart) {
        var message = (PgOutputMessage.Origin) decode(payload, walStart);
        Lsn lsn = message.lsn();
        var origin = new ReplicationOrigin(message.name(), lsn.equals(Lsn.INVALID) ? null : lsn);
        if (uncommitted.isReceiving()) {
            uncommitted.origin(origin);
        } else if (!output.origin(origin)) {
            throw PgOutputDecodingException.outOfPlace(MessageType.ORIGIN, "not at a transaction's start", walStart);
        }
        return null;
    }

    private @Nullable TransactionSignal message(ByteBuf payload, long walStart, long sentAt) {
        if (payload.readableBytes() > 1 && payload.getByte(payload.readerIndex() + 1) != 0) {
            return output.change(MessageType.LOGICAL_MESSAGE, payload, walStart);
        }
        if (output.opened() != null) {
            throw PgOutputDecodingException.outOfPlace(
                    MessageType.LOGICAL_MESSAGE, "within a transaction, of which it is no part", walStart);
        }
        // Not transactional: sent when it is decoded, not at a commit, so it makes a transaction of its own.
        LogicalMessage message = (LogicalMessage) decode(payload, walStart);
        output.boundary(MessageType.LOGICAL_MESSAGE, walStart);
        Lsn place = within(message.lsn());
        var begin = new TransactionSignal.Begin(place, POSTGRES_EPOCH.plus(sentAt, ChronoUnit.MICROS), 0, null);
        return output.whole(begin, Event.message(begin, place.value(), messageSource, message), message.lsn());
    }

    /** A position inside of the record that ends here: where one ends, the next begins, and it may be a commit. */
    private static Lsn within(Lsn recordEnd) {
        return Lsn.of(recordEnd.value() - 1);
    }
}
