package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import io.walex.reactive.pgoutput.TupleData;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A committed change. Immutable. Columns are decoded when they are asked for. */
public final class Event implements TransactionSignal {

    private final Kind kind;
    private final Begin transaction;
    private final long ordinal;
    private final @Nullable Table table;
    private final @Nullable TupleData newTuple;
    private final @Nullable TupleData oldTuple;
    private final @Nullable Content content;

    private Event(
            EventType type,
            Begin transaction,
            long ordinal,
            @Nullable Table table,
            @Nullable TupleData newTuple,
            @Nullable TupleData oldTuple,
            boolean oldIsKey,
            @Nullable Content content) {
        this.kind = Kind.of(type, oldIsKey);
        this.transaction = transaction;
        this.ordinal = ordinal;
        this.table = table;
        this.newTuple = newTuple;
        this.oldTuple = oldTuple;
        this.content = content;
    }

    static Event insert(Begin transaction, long ordinal, Table table, TupleData newTuple) {
        return new Event(EventType.INSERT, transaction, ordinal, table, newTuple, null, false, null);
    }

    static Event update(
            Begin transaction,
            long ordinal,
            Table table,
            @Nullable TupleData oldTuple,
            boolean oldIsKey,
            TupleData newTuple) {
        return new Event(EventType.UPDATE, transaction, ordinal, table, newTuple, oldTuple, oldIsKey, null);
    }

    static Event delete(Begin transaction, long ordinal, Table table, TupleData oldTuple, boolean oldIsKey) {
        return new Event(EventType.DELETE, transaction, ordinal, table, null, oldTuple, oldIsKey, null);
    }

    static Event truncate(Begin transaction, long ordinal, Table table, Truncation truncation) {
        Content content = new Content(table.source, table.relation.name(), null, truncation, null);
        return new Event(EventType.TRUNCATE, transaction, ordinal, table, null, null, false, content);
    }

    static Event message(Begin transaction, long ordinal, Source source, LogicalMessage message) {
        Content content = new Content(source, message.prefix(), message, null, null);
        return new Event(EventType.MESSAGE, transaction, ordinal, null, null, null, false, content);
    }

    static Event outcome(EventType type, Begin transaction, long ordinal, Source source) {
        String gid = Objects.requireNonNull(transaction.gid());
        return new Event(
                type, transaction, ordinal, null, null, null, false, new Content(source, gid, null, null, null));
    }

    static Event read(Begin slice, long ordinal, Table table, TupleData row) {
        return new Event(EventType.READ, slice, ordinal, table, row, null, false, null);
    }

    static Event snapshotCompleted(Begin slice, long ordinal, Table table, SnapshotSummary summary) {
        Content content = new Content(table.source, table.relation.name(), null, null, summary);
        return new Event(EventType.SNAPSHOT_COMPLETED, slice, ordinal, table, null, null, false, content);
    }

    /** Two facts in one field: there may be many events. */
    private enum Kind {
        INSERT(EventType.INSERT),
        UPDATE(EventType.UPDATE),
        UPDATE_WITH_OLD_KEY(EventType.UPDATE),
        DELETE(EventType.DELETE),
        DELETE_BY_KEY(EventType.DELETE),
        TRUNCATE(EventType.TRUNCATE),
        MESSAGE(EventType.MESSAGE),
        COMMIT_PREPARED(EventType.COMMIT_PREPARED),
        ROLLBACK_PREPARED(EventType.ROLLBACK_PREPARED),
        READ(EventType.READ),
        SNAPSHOT_COMPLETED(EventType.SNAPSHOT_COMPLETED);

        final EventType type;

        Kind(EventType type) {
            this.type = type;
        }

        static Kind of(EventType type, boolean oldIsKey) {
            return switch (type) {
                case INSERT -> INSERT;
                case UPDATE -> oldIsKey ? UPDATE_WITH_OLD_KEY : UPDATE;
                case DELETE -> oldIsKey ? DELETE_BY_KEY : DELETE;
                case TRUNCATE -> TRUNCATE;
                case MESSAGE -> MESSAGE;
                case COMMIT_PREPARED -> COMMIT_PREPARED;
                case ROLLBACK_PREPARED -> ROLLBACK_PREPARED;
                case READ -> READ;
                case SNAPSHOT_COMPLETED -> SNAPSHOT_COMPLETED;
            };
        }
    }

    private record Content(
            Source source,
            String name,
            @Nullable LogicalMessage message,
            @Nullable Truncation truncation,
            @Nullable SnapshotSummary summary) {}

    /**
     * The table's name without its schema. Of a logical message, its prefix. Of a two-phase outcome, the transaction's
     * global identifier.
     */
    public String name() {
        return table != null ? table.relation.name() : requireContent().name;
    }

    public EventType type() {
        return kind.type;
    }

    public Source source() {
        return table != null ? table.source : requireContent().source;
    }

    /** The row after the change, or as it was read; null for deletes, truncates and messages. */
    public @Nullable Row newRecord() {
        if (table == null || newTuple == null) {
            return null;
        }
        return new TupleRow(table, newTuple, oldIsKey() ? null : oldTuple);
    }

    /**
     * The row before the change, as far as the table's replica identity gives it:
     *
     * <ul>
     *   <li>{@code FULL}: the whole row;
     *   <li>{@code DEFAULT}, {@code INDEX}: the key of a deleted row, or the old key of an update that changed it;
     *   <li>else null.
     * </ul>
     *
     * <p>A partition may be published as its root. If the root is {@code FULL}, what the partition itself does not log
     * is NULL here, and nothing tells it from a value. So give each partition its root's replica identity.
     */
    public @Nullable Row oldRecord() {
        return table == null || oldTuple == null ? null : oldRow(table, oldTuple);
    }

    /**
     * The columns of an update whose value differs between the old and the new row, in the table's order. Empty for
     * other types of event.
     *
     * <p>Only columns that both rows hold are compared: without {@code REPLICA IDENTITY FULL} at most the key's, and
     * never an unchanged TOASTed value. Partitions that are published as their root need its replica identity, see
     * {@link #oldRecord}. Two forms of an equal value, such as {@code 1.0} and {@code 1.00}, are a change.
     */
    public Map<String, Change> changes() {
        Map<String, Change> changes = new LinkedHashMap<>();
        forEachChange((column, after, before) -> changes.put(
                after.table().columns.get(column).name(), new Change(before.value(column), after.value(column))));
        return Collections.unmodifiableMap(changes);
    }

    /** What {@link #changes} tells, undecoded. */
    void forEachChange(ChangeAction action) {
        if (table == null || oldTuple == null || newTuple == null) {
            return;
        }
        TupleRow before = oldRow(table, oldTuple);
        TupleRow after = new TupleRow(table, newTuple, null);
        for (int i = 0; i < newTuple.columnCount(); i++) {
            if (before.has(i) && after.has(i) && !sameBytes(oldTuple, newTuple, i)) {
                action.accept(i, after, before);
            }
        }
    }

    /** Takes a column whose value differs between the rows. */
    @FunctionalInterface
    interface ChangeAction {
        void accept(int column, TupleRow after, TupleRow before);
    }

    private TupleRow oldRow(Table table, TupleData tuple) {
        return new TupleRow(oldIsKey() ? table.keyOnly() : table, tuple, null);
    }

    private static boolean sameBytes(TupleData a, TupleData b, int column) {
        if (a.kind(column) != b.kind(column)) {
            return false;
        }
        return a.kind(column) == TupleData.NULL
                || Arrays.equals(
                        a.bytes(),
                        a.offset(column),
                        a.offset(column) + a.length(column),
                        b.bytes(),
                        b.offset(column),
                        b.offset(column) + b.length(column));
    }

    /** Whether the update changed the column's value, as far as the old row that came along tells. */
    Truth changed(int column) {
        if (table == null || newTuple == null || kind.type != EventType.UPDATE) {
            return Truth.FALSE;
        }
        if (column < 0 || column >= newTuple.columnCount() || table.isHidden(column)) {
            return Truth.UNKNOWN;
        }
        if (newTuple.kind(column) == TupleData.UNCHANGED) {
            return Truth.FALSE;
        }
        boolean key = table.columns.get(column).key();
        if (oldTuple == null) {
            // The server sends the old key when the key was changed.
            return key ? Truth.FALSE : Truth.UNKNOWN;
        }
        if (oldIsKey() && !key || oldTuple.kind(column) == TupleData.UNCHANGED) {
            return Truth.UNKNOWN;
        }
        return Truth.of(!sameBytes(oldTuple, newTuple, column));
    }

    /** Null for logical messages and outcomes. */
    @Nullable
    Table table() {
        return table;
    }

    @Nullable
    TupleData newTuple() {
        return newTuple;
    }

    @Nullable
    TupleData oldTuple() {
        return oldTuple;
    }

    boolean oldIsKey() {
        return kind == Kind.UPDATE_WITH_OLD_KEY || kind == Kind.DELETE_BY_KEY;
    }

    /** The same event with another view of its table. */
    Event seenAs(Table view) {
        return new Event(type(), transaction, ordinal, view, newTuple, oldTuple, oldIsKey(), content);
    }

    /** The event's identity, equal whenever it is sent again. */
    public Position position() {
        return new Position(transaction.commitLsn(), ordinal);
    }

    /** The transaction's commit LSN; shared by all its events. */
    public Lsn lsn() {
        return transaction.commitLsn();
    }

    /** Of a snapshot or backfill; null for what the server's transactions changed. */
    public @Nullable SnapshotSlice snapshot() {
        return transaction.slice();
    }

    /** The transaction's 32-bit id, unsigned; 0 for a non-transactional logical message. */
    public int xid() {
        return transaction.xid();
    }

    /** When the transaction committed, by the server's clock. */
    public Instant timestamp() {
        return transaction.commitTimestamp();
    }

    /**
     * The logical message of a {@link EventType#MESSAGE} event.
     *
     * @throws IllegalStateException for other types
     */
    public LogicalMessage message() {
        LogicalMessage message = content == null ? null : content.message;
        if (message == null) {
            throw new IllegalStateException("A " + type().jsonName() + " event has no logical message");
        }
        return message;
    }

    /**
     * The options of the statement behind a {@link EventType#TRUNCATE} event.
     *
     * @throws IllegalStateException for other types
     */
    public Truncation truncation() {
        Truncation truncation = content == null ? null : content.truncation;
        if (truncation == null) {
            throw new IllegalStateException("A " + type().jsonName() + " event has no truncation");
        }
        return truncation;
    }

    /**
     * What the snapshot of a {@link EventType#SNAPSHOT_COMPLETED} event's table came to.
     *
     * @throws IllegalStateException for other types
     */
    public SnapshotSummary snapshotSummary() {
        SnapshotSummary summary = content == null ? null : content.summary;
        if (summary == null) {
            throw new IllegalStateException("A " + type().jsonName() + " event has no snapshot summary");
        }
        return summary;
    }

    /** The global identifier of a two-phase transaction; null for others. */
    public @Nullable String gid() {
        return transaction.gid();
    }

    /**
     * Where the transaction was replicated from; null when it started on this server. Also null for the outcome of a
     * two-phase transaction, since the server does not tell it.
     */
    public @Nullable ReplicationOrigin origin() {
        return transaction.origin();
    }

    private Content requireContent() {
        if (content == null) {
            throw new IllegalStateException("A " + type().jsonName() + " event has neither table nor content");
        }
        return content;
    }

    Begin transaction() {
        return transaction;
    }

    long ordinal() {
        return ordinal;
    }

    /** What and where, without the row's values. */
    @Override
    public String toString() {
        return type().jsonName() + " " + (table != null ? table.qualifiedName() : name()) + " at " + lsn() + ":"
                + ordinal;
    }
}
