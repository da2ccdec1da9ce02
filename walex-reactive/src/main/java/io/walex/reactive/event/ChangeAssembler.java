package io.walex.reactive.event;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.MessageType;
import io.walex.reactive.pgoutput.PgOutputDecoder;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import io.walex.reactive.pgoutput.PgOutputMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.Truncate;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.RowReceiver;
import io.walex.reactive.pgoutput.TupleData;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of the changes of one transaction after another, with their places in the WAL.
 *
 * <p>The LSN in a row's frame is the start of its record, which may hold more rows: those come one behind the other, and
 * are numbered whether they are wanted or not. The LSN of a logical message is the end of its record, where the next one
 * may start: its place is the byte before.
 *
 * <p>The server merges the changes of subtransactions by these LSNs, so it may send a message behind the rows of the next
 * record, and in another form of the same transaction before them. Rows wait here for what comes next where messages may
 * come, for the order to be that of the WAL always.
 */
final class ChangeAssembler implements RowReceiver<Event> {

    /** No record starts there. */
    private static final long NONE = -1;

    /** A record takes more bytes for a row, or for a table that is truncated; one between two is left to a message. */
    private static final int BETWEEN_ROWS = 2;

    /** The rows of one record may be large: values that are stored apart are not in it. */
    private static final long MOST_HELD = 1 << 20;

    private final Source messageSource;
    private final Relations relations;
    private final Progress progress;
    private final boolean withMessages;
    private final ArrayDeque<Event> queued = new ArrayDeque<>();

    /** The transaction that events are made for; null outside, and inside one that was delivered before. */
    private TransactionSignal.@Nullable Begin current;

    private boolean open;

    /** In the frame of the row that is being decoded. */
    private long lsn;

    /** Of that row. */
    private long ordinal;

    /** Where the record of the last row starts, and the ordinal of another row of it. */
    private long record = NONE;

    private long nextOfRecord;

    /** Rows of the last record, as long as a message may still come that belongs before them. */
    private final ArrayDeque<Event> held = new ArrayDeque<>();

    private long heldBytes;

    ChangeAssembler(Source messageSource, Relations relations, Progress progress, boolean withMessages) {
        this.messageSource = messageSource;
        this.relations = relations;
        this.progress = progress;
        this.withMessages = withMessages;
    }

    /**
     * A transaction starts.
     *
     * @param begin null when it was delivered before and only has to be read past
     */
    void open(TransactionSignal.@Nullable Begin begin) {
        current = begin;
        open = true;
        record = NONE;
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
        held.clear();
        heldBytes = 0;
    }

    /** Nothing follows that belongs before what waits: hands it over. */
    void settle(Consumer<Event> next) {
        release();
        queued.forEach(next);
        queued.clear();
    }

    /** Returns the next event of a message that made several; null when there is none. */
    @Nullable
    Event queued() {
        return queued.poll();
    }

    /** Takes one message of the open transaction, or a relation; returns the event it makes, null when it makes none. */
    @Nullable
    Event change(MessageType type, ByteBuf payload, boolean withXid, long walStart) {
        if (walStart < 0) {
            throw PgOutputDecodingException.outOfPlace(type, "beyond what a WAL can hold", walStart);
        }
        if (type.isRow()) {
            return row(payload, withXid, walStart);
        }
        PgOutputMessage message = PgOutputDecoder.decode(payload, withXid, walStart);
        return switch (type) {
            case RELATION -> {
                relations.put((Relation) message);
                yield null;
            }
            case TRUNCATE -> truncate((Truncate) message, walStart);
            case LOGICAL_MESSAGE -> message((LogicalMessage) message, walStart);
            // Types are known from the catalog.
            case TYPE -> null;
            default -> throw PgOutputDecodingException.outOfPlace(type, "unexpected here", walStart);
        };
    }

    private @Nullable Event row(ByteBuf payload, boolean withXid, long walStart) {
        lsn = walStart;
        ordinal = nextOrdinal(walStart);
        int size = payload.readableBytes();
        Event event =
                isUnwantedRow(payload, withXid) ? null : PgOutputDecoder.decodeRow(payload, withXid, walStart, this);
        if (!withMessages) {
            return event;
        }
        if (event != null) {
            hold(event, size);
        }
        return queued.poll();
    }

    /** Of one more row of the record that starts here. */
    private long nextOrdinal(long start) {
        if (start != record) {
            release();
            record = start;
            nextOfRecord = start;
        }
        long next = nextOfRecord;
        nextOfRecord += BETWEEN_ROWS;
        return next;
    }

    private void hold(Event event, int size) {
        held.add(event);
        heldBytes += size;
        if (held.size() > 1 && heldBytes > MOST_HELD) {
            release();
        }
    }

    private void release() {
        for (Event event = held.poll(); event != null; event = held.poll()) {
            queued.add(event);
        }
        heldBytes = 0;
    }

    @Override
    public Event insert(int xid, int relationOid, TupleData newTuple) {
        Table table = wantedTable(relationOid, MessageType.INSERT, lsn);
        requireColumns(table, newTuple, MessageType.INSERT, lsn);
        return Event.insert(wantedTransaction(MessageType.INSERT, lsn), ordinal, table, newTuple);
    }

    @Override
    public Event update(
            int xid, int relationOid, @Nullable TupleData oldTuple, boolean oldTupleIsKey, TupleData newTuple) {
        Table table = wantedTable(relationOid, MessageType.UPDATE, lsn);
        requireColumns(table, newTuple, MessageType.UPDATE, lsn);
        return Event.update(
                wantedTransaction(MessageType.UPDATE, lsn), ordinal, table, oldTuple, oldTupleIsKey, newTuple);
    }

    @Override
    public Event delete(int xid, int relationOid, TupleData oldTuple, boolean oldTupleIsKey) {
        Table table = wantedTable(relationOid, MessageType.DELETE, lsn);
        requireColumns(table, oldTuple, MessageType.DELETE, lsn);
        return Event.delete(wantedTransaction(MessageType.DELETE, lsn), ordinal, table, oldTuple, oldTupleIsKey);
    }

    /** Whether a row need not even be copied: its table is not subscribed to, or it was delivered before. */
    private boolean isUnwantedRow(ByteBuf payload, boolean withXid) {
        int oidAt = payload.readerIndex() + 1 + (withXid ? Integer.BYTES : 0);
        if (!open || payload.writerIndex() - oidAt < Integer.BYTES) {
            return false;
        }
        if (current == null || !progress.isNewRow(ordinal)) {
            return true;
        }
        Relations.Entry entry = relations.get(payload.getInt(oidAt));
        return entry != null && entry.table() == null;
    }

    private @Nullable Event truncate(Truncate truncate, long walStart) {
        requireOpen(MessageType.TRUNCATE, walStart);
        Truncation truncation = new Truncation(truncate.cascade(), truncate.restartIdentity());
        for (int oid : truncate.relationOids()) {
            Table table = table(oid, MessageType.TRUNCATE, walStart);
            long place = nextOrdinal(walStart);
            if (current != null && table != null && progress.isNewRow(place)) {
                Event event = Event.truncate(current, place, table, truncation);
                if (withMessages) {
                    hold(event, 0);
                } else {
                    queued.add(event);
                }
            }
        }
        return queued.poll();
    }

    private @Nullable Event message(LogicalMessage message, long walStart) {
        requireOpen(MessageType.LOGICAL_MESSAGE, walStart);
        if (walStart != record) {
            release();
        }
        if (current != null && progress.isNewMessage(message.lsn())) {
            queued.add(Event.message(current, ordinalOfMessage(walStart), messageSource, message));
        }
        return queued.poll();
    }

    /** Behind the rows that start at its end, where they went out before it. */
    private long ordinalOfMessage(long end) {
        return Math.max(end - 1, progress.lastRow() < end ? 0 : progress.lastRow() + 1);
    }

    /** The outcome of the open transaction, as its last event; null when it went out before. */
    @Nullable
    Event outcome(EventType type) {
        return current == null || !progress.isNewRow(current.commitLsn().value())
                ? null
                : outcome(type, current, messageSource);
    }

    /** The outcome of a transaction, in the record that its position is in: behind all changes. */
    static Event outcome(EventType type, TransactionSignal.Begin begin, Source source) {
        return Event.outcome(type, begin, begin.commitLsn().value(), source);
    }

    /** Of a row that {@link #isUnwantedRow} let pass. */
    private TransactionSignal.Begin wantedTransaction(MessageType type, long walStart) {
        requireOpen(type, walStart);
        if (current == null) {
            throw PgOutputDecodingException.outOfPlace(type, "in a transaction that was read before", walStart);
        }
        return current;
    }

    private void requireOpen(MessageType type, long walStart) {
        if (!open) {
            throw PgOutputDecodingException.outOfPlace(type, "outside a transaction", walStart);
        }
    }

    /** Of a row that {@link #isUnwantedRow} let pass. */
    private Table wantedTable(int oid, MessageType type, long walStart) {
        Table table = table(oid, type, walStart);
        if (table == null) {
            throw PgOutputDecodingException.outOfPlace(type, "outside a transaction", walStart);
        }
        return table;
    }

    /** A row of another shape than its relation's would be read with the wrong names and types. */
    private static void requireColumns(Table table, TupleData tuple, MessageType type, long walStart) {
        int described = table.relation.columns().size();
        if (tuple.columnCount() != described) {
            throw new PgOutputDecodingException(
                    "row of %d columns, but %s was described with %d"
                            .formatted(tuple.columnCount(), table.qualifiedName(), described),
                    type.letter(),
                    1,
                    Lsn.of(walStart),
                    null);
        }
    }

    /** Null when not subscribed to. */
    private @Nullable Table table(int oid, MessageType type, long walStart) {
        Relations.Entry entry = relations.get(oid);
        if (entry == null) {
            throw new PgOutputDecodingException(
                    "relation %s was not described before".formatted(Integer.toUnsignedString(oid)),
                    type.letter(),
                    1,
                    Lsn.of(walStart),
                    null);
        }
        return entry.table();
    }
}
