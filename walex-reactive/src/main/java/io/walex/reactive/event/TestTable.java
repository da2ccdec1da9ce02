package io.walex.reactive.event;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.MessageType;
import io.walex.reactive.pgoutput.PgOutputDecoder;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.RelationColumn;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import io.walex.reactive.pgoutput.RowReceiver;
import io.walex.reactive.pgoutput.TupleData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The table of {@link TestEvents}: what it accepts, and its rows as PostgreSQL sends them. */
final class TestTable {

    static final Object UNCHANGED = new Object() {
        @Override
        public String toString() {
            return "UNCHANGED";
        }
    };

    private final Table table;
    private final List<TestColumn> columns;
    private final ReplicaIdentity identity;
    private final TestValues values;

    TestTable(
            String schema,
            String name,
            List<TestColumn> columns,
            ReplicaIdentity identity,
            TypeRegistry types,
            StreamIdentity stream) {
        List<RelationColumn> described = new ArrayList<>();
        for (TestColumn column : columns) {
            boolean key = identity == ReplicaIdentity.FULL || identity != ReplicaIdentity.NOTHING && column.key();
            described.add(new RelationColumn(column.name(), key, oid(column, types), -1));
        }
        int oid = schema.hashCode() * 31 + name.hashCode();
        this.table = new Table(
                new Relation(0, oid, schema, name, identity, described), types, stream, new RecurringValues());
        this.columns = columns;
        this.identity = identity;
        this.values = new TestValues(table, types);
    }

    private static int oid(TestColumn column, TypeRegistry types) {
        String type = column.type();
        String name = type.endsWith("[]") ? "_" + type.substring(0, type.length() - 2) : type;
        OptionalInt oid = types.typeOid(name);
        return oid.orElseThrow(() -> new IllegalArgumentException(
                "Column \"%s\": no type \"%s\" is known; name it as pg_type does (int4, int8, text, bool, numeric, timestamptz, jsonb), or give types(registry) one that describes it"
                        .formatted(column.name(), type)));
    }

    /**
     * A row's values in PostgreSQL's text.
     *
     * @param texts one for each column; null for SQL NULL
     * @param unchanged which of them are not sent
     */
    record Values(List<@Nullable String> texts, List<Boolean> unchanged) {}

    /** A row of which no column is left unsent. */
    Values row(Map<String, ? extends @Nullable Object> row) {
        return checked(inOrder(row), false);
    }

    /** A row of which no column is left unsent. */
    Values row(List<? extends @Nullable Object> row) {
        return checked(complete(row), false);
    }

    /** The new row of an update. */
    Values updated(Map<String, ? extends @Nullable Object> row) {
        return checked(inOrder(row), true);
    }

    /** The new row of an update. */
    Values updated(List<? extends @Nullable Object> row) {
        return checked(complete(row), true);
    }

    /** The row of a delete, or its key. */
    Values deleted(List<? extends @Nullable Object> given) {
        if (identity == ReplicaIdentity.FULL) {
            return row(given);
        }
        requireIdentity();
        List<String> keys =
                columns.stream().filter(TestColumn::key).map(TestColumn::name).toList();
        if (given.size() != keys.size()) {
            throw new IllegalArgumentException("The key of %s has %d columns %s, and was given %d values"
                    .formatted(table.qualifiedName(), keys.size(), keys, given.size()));
        }
        List<@Nullable Object> row = new ArrayList<>();
        int next = 0;
        for (TestColumn column : columns) {
            row.add(column.key() ? given.get(next++) : null);
        }
        return checked(row, false);
    }

    private List<? extends @Nullable Object> inOrder(Map<String, ? extends @Nullable Object> row) {
        row.keySet().forEach(this::requireColumn);
        List<@Nullable Object> ordered = new ArrayList<>();
        for (TestColumn column : columns) {
            if (column.key() && !row.containsKey(column.name())) {
                throw new IllegalArgumentException("The row lacks \"%s\", which belongs to the key of %s"
                        .formatted(column.name(), table.qualifiedName()));
            }
            ordered.add(row.get(column.name()));
        }
        return ordered;
    }

    private void requireColumn(String name) {
        if (table.indexOf(name) < 0) {
            String near = NearMiss.of(name, columns, TestColumn::name)
                    .map(column -> "; it has \"%s\"".formatted(column.name()))
                    .orElseGet(() -> "; it has " + names());
            throw new IllegalArgumentException(
                    "Table %s has no column \"%s\"%s".formatted(table.qualifiedName(), name, near));
        }
    }

    private String names() {
        return columns.stream().map(TestColumn::name).collect(Collectors.joining(", ", "[", "]"));
    }

    private List<? extends @Nullable Object> complete(List<? extends @Nullable Object> row) {
        if (row.size() != columns.size()) {
            throw new IllegalArgumentException("Table %s has %d columns %s, and was given %d values"
                    .formatted(table.qualifiedName(), columns.size(), names(), row.size()));
        }
        return row;
    }

    private Values checked(List<? extends @Nullable Object> row, boolean mayBeUnchanged) {
        List<@Nullable String> texts = new ArrayList<>();
        List<Boolean> unchanged = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            Object value = row.get(i);
            TestColumn column = columns.get(i);
            boolean unsent = isUnchanged(value);
            if (column.key() && (value == null || unsent) || unsent && !mayBeUnchanged) {
                throw new IllegalArgumentException("Column \"%s\" of %s cannot be %s: %s"
                        .formatted(
                                column.name(),
                                table.qualifiedName(),
                                value == null ? "NULL" : value,
                                column.key()
                                        ? "it belongs to the key"
                                        : "only the new row of an update leaves it out"));
            }
            unchanged.add(unsent);
            texts.add(value == null || unsent ? null : values.text(i, value));
        }
        return new Values(Collections.unmodifiableList(texts), unchanged);
    }

    @SuppressWarnings("ReferenceEquality")
    private static boolean isUnchanged(@Nullable Object value) {
        return value == UNCHANGED;
    }

    Event insert(TransactionSignal.Begin begin, long ordinal, Values row) {
        return decoded(begin, ordinal, tuple(message(MessageType.INSERT).writeByte('N'), row));
    }

    Event update(TransactionSignal.Begin begin, long ordinal, @Nullable Values old, Values row) {
        requireIdentity();
        if (identity == ReplicaIdentity.FULL) {
            if (old == null) {
                throw new IllegalStateException(
                        "With REPLICA IDENTITY FULL an update of %s brings the old row; give it: update(old, row)"
                                .formatted(table.qualifiedName()));
            }
            return decoded(
                    begin,
                    ordinal,
                    tuple(tuple(message(MessageType.UPDATE).writeByte('O'), old).writeByte('N'), row));
        }
        ByteBuf message = message(MessageType.UPDATE);
        if (old != null && !key(old).equals(key(row))) {
            tuple(message.writeByte('K'), key(old));
        }
        return decoded(begin, ordinal, tuple(message.writeByte('N'), row));
    }

    Event delete(TransactionSignal.Begin begin, long ordinal, Values row) {
        requireIdentity();
        boolean full = identity == ReplicaIdentity.FULL;
        return decoded(
                begin, ordinal, tuple(message(MessageType.DELETE).writeByte(full ? 'O' : 'K'), full ? row : key(row)));
    }

    Event read(TransactionSignal.Begin slice, long ordinal, Values row) {
        return Event.read(
                slice,
                ordinal,
                table,
                Objects.requireNonNull(insert(slice, ordinal, row).newTuple()));
    }

    Event snapshotCompleted(TransactionSignal.Begin slice, long ordinal, SnapshotSummary summary) {
        return Event.snapshotCompleted(slice, ordinal, table, summary);
    }

    /** Begins a slice of the table's snapshot. */
    TransactionSignal.Begin slice(TransactionSignal.Begin after, long id) {
        SnapshotSlice slice =
                new SnapshotSlice("test", table.relation.schema(), table.relation.name(), id, false, null);
        return new TransactionSignal.Begin(after.commitLsn(), after.commitTimestamp(), slice);
    }

    boolean isIn(TransactionSignal.Begin begin) {
        SnapshotSlice slice = Objects.requireNonNull(begin.slice());
        return slice.schema().equals(table.relation.schema()) && slice.table().equals(table.relation.name());
    }

    Event truncate(TransactionSignal.Begin begin, long ordinal, Truncation options) {
        return Event.truncate(begin, ordinal, table, options);
    }

    /** PostgreSQL refuses such a statement on a published table. */
    private void requireIdentity() {
        boolean byKey = identity != ReplicaIdentity.FULL && identity != ReplicaIdentity.NOTHING;
        if (identity == ReplicaIdentity.NOTHING || byKey && columns.stream().noneMatch(TestColumn::key)) {
            throw new IllegalStateException(
                    "Table %s has no replica identity, so PostgreSQL publishes no updates and deletes of it; name its key by key(column, type), or take replicaIdentity(FULL)"
                            .formatted(table.qualifiedName()));
        }
    }

    /** Columns that do not belong to the key come as NULL. */
    private Values key(Values row) {
        List<@Nullable String> texts = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            texts.add(columns.get(i).key() ? row.texts.get(i) : null);
        }
        return new Values(texts, Collections.nCopies(columns.size(), false));
    }

    private ByteBuf message(MessageType type) {
        return Unpooled.buffer().writeByte(type.letter()).writeInt(table.relation.oid());
    }

    private static ByteBuf tuple(ByteBuf message, Values row) {
        message.writeShort(row.texts.size());
        for (int i = 0; i < row.texts.size(); i++) {
            String text = row.texts.get(i);
            if (row.unchanged.get(i)) {
                message.writeByte(TupleData.UNCHANGED);
            } else if (text == null) {
                message.writeByte(TupleData.NULL);
            } else {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                message.writeByte(TupleData.TEXT).writeInt(bytes.length).writeBytes(bytes);
            }
        }
        return message;
    }

    private Event decoded(TransactionSignal.Begin begin, long ordinal, ByteBuf message) {
        return PgOutputDecoder.decodeRow(message, false, begin.commitLsn().value(), new RowReceiver<>() {
            @Override
            public Event insert(int xid, int relationOid, TupleData newTuple) {
                return Event.insert(begin, ordinal, table, newTuple);
            }

            @Override
            public Event update(
                    int xid, int relationOid, @Nullable TupleData oldTuple, boolean oldTupleIsKey, TupleData newTuple) {
                return Event.update(begin, ordinal, table, oldTuple, oldTupleIsKey, newTuple);
            }

            @Override
            public Event delete(int xid, int relationOid, TupleData oldTuple, boolean oldTupleIsKey) {
                return Event.delete(begin, ordinal, table, oldTuple, oldTupleIsKey);
            }
        });
    }
}
