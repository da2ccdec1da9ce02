package io.walex.reactive.event;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputDecoder;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import io.walex.reactive.pgoutput.PgOutputMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.Truncate;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.RowReceiver;
import io.walex.reactive.pgoutput.TupleData;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of the changes of one transaction after another, and numbers them. Ordinals count every change, wanted or
 * not, so that an event's position does not depend on what is subscribed to.
 */
final class ChangeAssembler implements RowReceiver<Event> {

    private final Source messageSource;
    private final Relations relations;
    private final Progress progress;
    private final ArrayDeque<Event> queued = new ArrayDeque<>();

    /** The transaction that events are made for; null outside, and inside one that was delivered before. */
    private TransactionSignal.@Nullable Begin current;

    private boolean open;
    private int nextOrdinal;

    /** In the frame of the row that is being decoded. */
    private long lsn;

    ChangeAssembler(Source messageSource, Relations relations, Progress progress) {
        this.messageSource = messageSource;
        this.relations = relations;
        this.progress = progress;
    }

    /**
     * A transaction starts.
     *
     * @param begin null when it was delivered before and only has to be read past
     */
    void open(TransactionSignal.@Nullable Begin begin) {
        current = begin;
        open = true;
        nextOrdinal = 0;
    }

    boolean isOpen() {
        return open;
    }

    /** The transaction ends; returns what it was opened with. */
    TransactionSignal.@Nullable Begin close() {
        TransactionSignal.Begin begin = current;
        reset();
        return begin;
    }

    void reset() {
        current = null;
        open = false;
        queued.clear();
    }

    /** Returns the next event of a message that made several; null when there is none. */
    @Nullable
    Event queued() {
        return queued.poll();
    }

    /** Takes one message of the open transaction, or a relation; returns the event it makes, null when it makes none. */
    @Nullable
    Event change(ByteBuf payload, boolean withXid, long walStart) {
        if (isUnwantedRow(payload, withXid)) {
            nextOrdinal++;
            return null;
        }
        char type = (char) payload.getByte(payload.readerIndex());
        if (type == 'I' || type == 'U' || type == 'D') {
            lsn = walStart;
            return PgOutputDecoder.decodeRow(payload, withXid, walStart, this);
        }
        PgOutputMessage message = PgOutputDecoder.decode(payload, withXid, walStart);
        if (message instanceof Relation relation) {
            relations.put(relation);
            return null;
        } else if (message instanceof Truncate truncate) {
            return truncate(truncate, walStart);
        } else if (message instanceof LogicalMessage logical) {
            return message(logical, walStart);
        } else if (message instanceof PgOutputMessage.Type || message instanceof PgOutputMessage.Origin) {
            // Types are known from the catalog; an origin only tells where a transaction was replicated from.
            return null;
        }
        throw new PgOutputDecodingException("unexpected here", type, 0, Lsn.of(walStart), null);
    }

    @Override
    public Event insert(int xid, int relationOid, TupleData newTuple) {
        Table table = wantedTable(relationOid, 'I', lsn);
        requireColumns(table, newTuple, 'I', lsn);
        return Event.insert(wantedTransaction('I', lsn), nextOrdinal++, table, newTuple);
    }

    @Override
    public Event update(
            int xid, int relationOid, @Nullable TupleData oldTuple, boolean oldTupleIsKey, TupleData newTuple) {
        Table table = wantedTable(relationOid, 'U', lsn);
        requireColumns(table, newTuple, 'U', lsn);
        return Event.update(wantedTransaction('U', lsn), nextOrdinal++, table, oldTuple, oldTupleIsKey, newTuple);
    }

    @Override
    public Event delete(int xid, int relationOid, TupleData oldTuple, boolean oldTupleIsKey) {
        Table table = wantedTable(relationOid, 'D', lsn);
        requireColumns(table, oldTuple, 'D', lsn);
        return Event.delete(wantedTransaction('D', lsn), nextOrdinal++, table, oldTuple, oldTupleIsKey);
    }

    /** Whether a row need not even be copied: its table is not subscribed to, or it was delivered before. */
    private boolean isUnwantedRow(ByteBuf payload, boolean withXid) {
        int start = payload.readerIndex();
        byte type = payload.getByte(start);
        int oidAt = start + 1 + (withXid ? Integer.BYTES : 0);
        if ((type != 'I' && type != 'U' && type != 'D') || !open || payload.writerIndex() - oidAt < Integer.BYTES) {
            return false;
        }
        if (current == null || !progress.isNew(nextOrdinal)) {
            return true;
        }
        Relations.Entry entry = relations.get(payload.getInt(oidAt));
        return entry != null && entry.table() == null;
    }

    private @Nullable Event truncate(Truncate truncate, long walStart) {
        requireOpen('T', walStart);
        Truncation truncation = new Truncation(truncate.cascade(), truncate.restartIdentity());
        for (int oid : truncate.relationOids()) {
            Table table = table(oid, 'T', walStart);
            int ordinal = nextOrdinal++;
            if (current != null && table != null && progress.isNew(ordinal)) {
                queued.add(Event.truncate(current, ordinal, table, truncation));
            }
        }
        return queued.poll();
    }

    private @Nullable Event message(LogicalMessage message, long walStart) {
        requireOpen('M', walStart);
        int ordinal = nextOrdinal++;
        return current == null || !progress.isNew(ordinal)
                ? null
                : Event.message(current, ordinal, messageSource, message);
    }

    /** Of a row that {@link #isUnwantedRow} let pass. */
    private TransactionSignal.Begin wantedTransaction(char type, long walStart) {
        requireOpen(type, walStart);
        if (current == null) {
            throw new PgOutputDecodingException(
                    "in a transaction that was read before", type, 0, Lsn.of(walStart), null);
        }
        return current;
    }

    private void requireOpen(char type, long walStart) {
        if (!open) {
            throw new PgOutputDecodingException("outside a transaction", type, 0, Lsn.of(walStart), null);
        }
    }

    /** Of a row that {@link #isUnwantedRow} let pass. */
    private Table wantedTable(int oid, char type, long walStart) {
        Table table = table(oid, type, walStart);
        if (table == null) {
            throw new PgOutputDecodingException("outside a transaction", type, 0, Lsn.of(walStart), null);
        }
        return table;
    }

    /** A row of another shape than its relation's would be read with the wrong names and types. */
    private static void requireColumns(Table table, TupleData tuple, char type, long walStart) {
        int described = table.relation.columns().size();
        if (tuple.columnCount() != described) {
            throw new PgOutputDecodingException(
                    "row of %d columns, but %s was described with %d"
                            .formatted(tuple.columnCount(), table.qualifiedName(), described),
                    type,
                    1,
                    Lsn.of(walStart),
                    null);
        }
    }

    /** Null when not subscribed to. */
    private @Nullable Table table(int oid, char type, long walStart) {
        Relations.Entry entry = relations.get(oid);
        if (entry == null) {
            throw new PgOutputDecodingException(
                    "relation %s was not described before".formatted(Integer.toUnsignedString(oid)),
                    type,
                    1,
                    Lsn.of(walStart),
                    null);
        }
        return entry.table();
    }
}
