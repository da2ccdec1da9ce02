package io.walex.reactive.pgoutput;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message of the pgoutput plugin, one type per letter on the wire.
 *
 * <p>An {@code xid} is 0 where the wire carries none: outside a streamed block, changes belong to the transaction begun
 * last.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html">Logical replication
 *     message formats</a>
 */
public sealed interface PgOutputMessage
        permits Relation,
                PgOutputMessage.Begin,
                PgOutputMessage.Commit,
                PgOutputMessage.Origin,
                PgOutputMessage.Type,
                PgOutputMessage.Insert,
                PgOutputMessage.Update,
                PgOutputMessage.Delete,
                PgOutputMessage.Truncate,
                PgOutputMessage.LogicalMessage,
                PgOutputMessage.StreamStart,
                PgOutputMessage.StreamStop,
                PgOutputMessage.StreamCommit,
                PgOutputMessage.StreamAbort,
                PgOutputMessage.BeginPrepare,
                PgOutputMessage.Prepare,
                PgOutputMessage.CommitPrepared,
                PgOutputMessage.RollbackPrepared,
                PgOutputMessage.StreamPrepare {

    /** {@code B}: a transaction starts; its commit LSN and time are already known. */
    record Begin(Lsn commitLsn, Instant commitTimestamp, int xid) implements PgOutputMessage {}

    /** {@code C}: the transaction is whole. {@code endLsn} is where a slot may restart to skip it. */
    record Commit(Lsn commitLsn, Lsn endLsn, Instant commitTimestamp) implements PgOutputMessage {}

    /** {@code O}: the transaction was replicated here from another origin, where it committed at {@code lsn}. */
    record Origin(Lsn lsn, String name) implements PgOutputMessage {}

    /** {@code Y}: the name of a type that is not built in. */
    record Type(int xid, int oid, String schema, String name) implements PgOutputMessage {}

    /** {@code I}. */
    record Insert(int xid, int relationOid, TupleData newTuple) implements PgOutputMessage {}

    /**
     * {@code U}.
     *
     * @param oldTuple the old key ({@code K}) or the whole old row ({@code O}); null where the wire carries neither
     * @param oldTupleIsKey whether {@code oldTuple} holds only the key's columns; false when it is null
     */
    record Update(int xid, int relationOid, @Nullable TupleData oldTuple, boolean oldTupleIsKey, TupleData newTuple)
            implements PgOutputMessage {}

    /** {@code D}; {@code oldTupleIsKey} as in {@link Update}. */
    record Delete(int xid, int relationOid, TupleData oldTuple, boolean oldTupleIsKey) implements PgOutputMessage {}

    /** {@code T}: one statement, one or several relations. */
    record Truncate(int xid, List<Integer> relationOids, boolean cascade, boolean restartIdentity)
            implements PgOutputMessage {}

    /**
     * {@code M}: a logical message of {@code pg_logical_emit_message}.
     *
     * @param content a copy of its own; do not modify
     */
    record LogicalMessage(int xid, boolean transactional, Lsn lsn, String prefix, byte[] content)
            implements PgOutputMessage {}

    /** {@code S}: a block of changes of a transaction in progress starts (protocol 2). */
    record StreamStart(int xid, boolean firstSegment) implements PgOutputMessage {}

    /** {@code E}: the block ends. */
    record StreamStop() implements PgOutputMessage {}

    /** {@code c}: a streamed transaction committed. */
    record StreamCommit(int xid, Lsn commitLsn, Lsn endLsn, Instant commitTimestamp) implements PgOutputMessage {}

    /**
     * {@code A}: a streamed (sub)transaction aborted; the whole transaction when {@code xid == subXid}.
     *
     * @param abortLsn null below protocol 4 with {@code streaming 'parallel'}
     * @param abortTimestamp null likewise
     */
    record StreamAbort(
            int xid,
            int subXid,
            @Nullable Lsn abortLsn,
            @Nullable Instant abortTimestamp) implements PgOutputMessage {}

    /** {@code b}: a two-phase transaction starts (protocol 3). */
    record BeginPrepare(Lsn prepareLsn, Lsn endLsn, Instant prepareTimestamp, int xid, String gid)
            implements PgOutputMessage {}

    /** {@code P}: it is prepared. */
    record Prepare(Lsn prepareLsn, Lsn endLsn, Instant prepareTimestamp, int xid, String gid)
            implements PgOutputMessage {}

    /** {@code K}: a prepared transaction committed. */
    record CommitPrepared(Lsn commitLsn, Lsn endLsn, Instant commitTimestamp, int xid, String gid)
            implements PgOutputMessage {}

    /** {@code r}: a prepared transaction rolled back. */
    record RollbackPrepared(
            Lsn prepareEndLsn,
            Lsn rollbackEndLsn,
            Instant prepareTimestamp,
            Instant rollbackTimestamp,
            int xid,
            String gid)
            implements PgOutputMessage {}

    /** {@code p}: a streamed transaction is prepared. */
    record StreamPrepare(Lsn prepareLsn, Lsn endLsn, Instant prepareTimestamp, int xid, String gid)
            implements PgOutputMessage {}
}
