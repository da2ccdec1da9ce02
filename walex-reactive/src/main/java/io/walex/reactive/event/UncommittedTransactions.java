package io.walex.reactive.event;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.walex.reactive.pgoutput.MessageType;
import io.walex.reactive.pgoutput.PgOutputMessage.BeginPrepare;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The transactions that were received in part or whole and whose outcome is open. */
final class UncommittedTransactions {

    /** Where the OIDs of a Truncate start: behind its type, their number and its options. */
    private static final int TRUNCATED_AT = 1 + Integer.BYTES + 1;

    /** Where a Relation's OID starts within a streamed block: behind its type and its transaction's id. */
    private static final int STREAMED_OID_AT = 1 + Integer.BYTES;

    private final SpillSpace space;
    private final Map<Integer, TransactionSpill> streamed = new HashMap<>();
    private final Map<Prepared, TransactionSpill> prepared = new HashMap<>();
    private @Nullable TransactionSpill receiving;
    private @Nullable BeginPrepare preparing;

    /**
     * Each relation's last description, whichever transaction it was sent with. The server describes a relation once to
     * each streamed transaction and once to all others, for which a streamed one counts when it commits; after a change,
     * anew to all. So what it takes as known is always the last.
     */
    private final Map<Integer, ByteBuf> descriptions = new HashMap<>();

    /** Those that the prepared transaction that is being received has with it. */
    private final Map<Integer, ByteBuf> described = new HashMap<>();

    /** With origins filtered, the outcome of one may never come, and its gid be used again. */
    private record Prepared(String gid, int xid) {}

    UncommittedTransactions(SpillSpace space) {
        this.space = space;
    }

    /** Whether changes that come now belong to such a transaction. */
    boolean isReceiving() {
        return receiving != null;
    }

    /** Whether a streamed block is open. */
    boolean isStreaming() {
        return receiving != null && receiving.withXids();
    }

    /** The prepared transaction that is being received; null when none is. */
    @Nullable
    BeginPrepare preparing() {
        return preparing;
    }

    /** Whether something of the transaction was streamed. */
    boolean isStreamed(int xid) {
        return streamed.containsKey(xid);
    }

    /** Where the transaction that is being received was replicated from. */
    void origin(ReplicationOrigin origin) {
        if (receiving != null) {
            receiving.origin(origin);
        }
    }

    void receive(ByteBuf payload, long walStart) {
        if (receiving == null) {
            throw new IllegalStateException("No uncommitted transaction is being received");
        }
        if (!receiving.withXids()) {
            describe(receiving, payload, walStart);
        } else if (MessageType.of(payload) == MessageType.RELATION) {
            described(payload, payload.readerIndex() + STREAMED_OID_AT, receiving);
        }
        receiving.append(payload, walStart);
    }

    /** A relation message from outside of streamed blocks. */
    void relation(ByteBuf payload) {
        described(payload, payload.readerIndex() + 1, null);
    }

    private void described(ByteBuf payload, int oidAt, @Nullable TransactionSpill within) {
        int length = payload.writerIndex() - oidAt;
        if (length < Integer.BYTES) {
            return;
        }
        int oid = payload.getInt(oidAt);
        ByteBuf description = Unpooled.buffer(1 + length)
                .writeByte(MessageType.RELATION.letter())
                .writeBytes(payload, oidAt, length);
        if (!description.equals(descriptions.put(oid, description))) {
            streamed.values().forEach(spill -> spill.describedElsewhere(oid));
            prepared.values().forEach(spill -> spill.describedElsewhere(oid));
        }
        if (within != null) {
            within.described(oid);
        }
    }

    /** Keeps the relations of a row with it: when it is replayed, they may be others. */
    private void describe(TransactionSpill spill, ByteBuf payload, long walStart) {
        int start = payload.readerIndex();
        MessageType type = MessageType.of(payload);
        int first = type == MessageType.TRUNCATE ? start + TRUNCATED_AT : start + 1;
        if (type.isRow()) {
            describe(spill, payload, first, first + Integer.BYTES, walStart);
        } else if (type == MessageType.TRUNCATE) {
            describe(spill, payload, first, payload.writerIndex(), walStart);
        }
    }

    private void describe(TransactionSpill spill, ByteBuf payload, int oidsFrom, int oidsTo, long walStart) {
        for (int at = oidsFrom; at + Integer.BYTES <= Math.min(oidsTo, payload.writerIndex()); at += Integer.BYTES) {
            int oid = payload.getInt(at);
            ByteBuf description = descriptions.get(oid);
            if (description != null && !description.equals(described.put(oid, description))) {
                spill.append(description.duplicate(), walStart);
            }
        }
    }

    void streamStart(int xid) {
        receiving = streamed.computeIfAbsent(xid, started -> new TransactionSpill(space, true));
    }

    void streamStop() {
        receiving = null;
    }

    void streamAbort(int xid, int subXid) {
        if (xid == subXid) {
            TransactionSpill aborted = streamed.remove(xid);
            if (aborted != null) {
                aborted.close();
            }
        } else {
            TransactionSpill running = streamed.get(xid);
            if (running != null) {
                running.abort(subXid);
            }
        }
    }

    /** Hands over a streamed transaction, which the caller closes. */
    TransactionSpill take(int xid) {
        TransactionSpill taken = streamed.remove(xid);
        if (taken == null) {
            throw new IllegalStateException("Transaction %s was not streamed".formatted(Integer.toUnsignedString(xid)));
        }
        return taken;
    }

    void beginPrepare(BeginPrepare begin) {
        preparing = begin;
        receiving = new TransactionSpill(space, false);
        described.clear();
    }

    void endPrepare() {
        if (receiving != null && preparing != null) {
            prepared(preparing.gid(), preparing.xid(), receiving);
        }
        receiving = null;
        preparing = null;
    }

    void prepared(String gid, int xid, TransactionSpill whole) {
        TransactionSpill replaced = prepared.put(new Prepared(gid, xid), whole);
        if (replaced != null) {
            replaced.close();
        }
    }

    /** Hands over a prepared transaction, which the caller closes; null when it was never received. */
    @Nullable
    TransactionSpill takePrepared(String gid, int xid) {
        return prepared.remove(new Prepared(gid, xid));
    }

    void clear() {
        if (receiving != null) {
            receiving.close();
            receiving = null;
            preparing = null;
        }
        streamed.values().forEach(TransactionSpill::close);
        streamed.clear();
        prepared.values().forEach(TransactionSpill::close);
        prepared.clear();
        descriptions.clear();
        described.clear();
    }
}
