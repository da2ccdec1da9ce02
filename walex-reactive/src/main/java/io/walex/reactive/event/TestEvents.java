package io.walex.reactive.event;

import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes events for unit tests of handlers and pipelines, without PostgreSQL:
 *
 * <pre>{@code
 * TestEvents users = TestEvents.table("user")
 *         .key("id", "int4")
 *         .column("name", "text")
 *         .build();
 *
 * Event added = users.insert(Map.of("id", 1, "name", "Ada"));
 * Event renamed = users.update(Map.of("id", 1, "name", "Grace"));
 * Event removed = users.delete(1);
 * }</pre>
 *
 * <p>The events are those that a stream would deliver: they are written in PostgreSQL's format and read by the library's
 * decoder. So columns, JSON, filters and {@link EventColumns} do what they do in production, and {@link Event#newRecord()}
 * is a real {@link Row}.
 *
 * <p>A value is a Java value or the text that PostgreSQL writes for it: {@code LocalDate.of(2024, 2, 29)} or {@code
 * "2024-02-29"}. A Java list or array is an array of PostgreSQL, or JSON in a JSON column; null is SQL NULL. For other
 * types that Java has no value for (composite types, ranges), give the text. A map may leave out columns, which then are
 * NULL, but not those of the key. A list of values has one for each column, in the order in which the builder named them.
 *
 * <p>Each event has the next position of the transaction that {@link #nextTransaction()} began last; the first is begun
 * already. Rows that were {@linkplain #read read} come behind that transaction, and what changes after them belongs to the
 * next one. Not thread-safe; the events are.
 */
public final class TestEvents {

    /**
     * The value, in the new row of an update, of a column that PostgreSQL stores apart (TOAST), that did not change, and that
     * was not sent for that reason: see {@link Row#isUnchanged}.
     */
    public static final Object UNCHANGED = TestTable.UNCHANGED;

    private final TestTable table;
    private final TestStream stream;

    private TestEvents(TestTable table, TestStream stream) {
        this.table = table;
        this.stream = stream;
    }

    /**
     * Describes a table.
     *
     * @param name {@code "user"} (in schema {@code public}), {@code "sales.order"}, or a quoted name, as {@link
     *     TablePattern#parse} takes it
     */
    public static Builder table(String name) {
        TablePattern parsed = TablePattern.parse(name);
        if (parsed.table() == null) {
            throw new IllegalArgumentException("\"%s\" does not name one table".formatted(name));
        }
        return new Builder(parsed.schema() == null ? "public" : parsed.schema(), parsed.table());
    }

    /** Describes a table's columns; those that are named first stand first. */
    public static final class Builder {

        private final String schema;
        private final String name;
        private final Map<String, TestColumn> columns = new LinkedHashMap<>();
        private TypeRegistry types = TypeRegistry.builtIn();
        private ReplicaIdentity identity = ReplicaIdentity.DEFAULT;
        private @Nullable TestStream stream;

        private Builder(String schema, String name) {
            this.schema = schema;
            this.name = name;
        }

        /** Adds a column of the primary key. */
        public Builder key(String column, String type) {
            return add(new TestColumn(column, type, true));
        }

        /**
         * Adds a column that does not belong to the key.
         *
         * @param type the type's name in {@code pg_type}, with or without its schema ({@code int4}, {@code timestamptz}), and
         *     {@code int4[]} or {@code _int4} for its array
         */
        public Builder column(String column, String type) {
            return add(new TestColumn(column, type, false));
        }

        private Builder add(TestColumn column) {
            if (columns.putIfAbsent(column.name(), column) != null) {
                throw new IllegalArgumentException("Column \"%s\" was named before".formatted(column.name()));
            }
            return this;
        }

        /** The types, with the codecs of your own; {@link TypeRegistry#builtIn()} by default. */
        public Builder types(TypeRegistry registry) {
            types = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /** What updates and deletes bring of the old row; {@link ReplicaIdentity#DEFAULT} by default. */
        public Builder replicaIdentity(ReplicaIdentity value) {
            identity = Objects.requireNonNull(value, "value");
            return this;
        }

        /** Has this table's events in one stream, and in one transaction, with those of another table. */
        public Builder together(TestEvents others) {
            stream = others.stream;
            return this;
        }

        /**
         * Makes the table.
         *
         * @throws IllegalArgumentException when a type is not known
         */
        public TestEvents build() {
            TestStream joined = stream == null ? new TestStream() : stream;
            TestTable table =
                    new TestTable(schema, name, List.copyOf(columns.values()), identity, types, joined.identity());
            return new TestEvents(table, joined);
        }
    }

    /** A row is inserted; the values by column. */
    public Event insert(Map<String, ? extends @Nullable Object> row) {
        return insertOf(table.row(row));
    }

    /** A row is inserted; the values in the columns' order. */
    public Event insert(@Nullable Object... row) {
        return insertOf(table.row(Arrays.asList(row)));
    }

    private Event insertOf(TestTable.Values row) {
        return table.insert(stream.begin(), stream.next(), row);
    }

    /**
     * A row is updated, and its key does not change, so the old row does not come along.
     *
     * @throws IllegalStateException with {@link ReplicaIdentity#FULL}, which sends the old row always
     */
    public Event update(Map<String, ? extends @Nullable Object> row) {
        return updateOf(null, table.updated(row));
    }

    /** As {@link #update(Map)}; the values in the columns' order. */
    public Event update(@Nullable Object... row) {
        return updateOf(null, table.updated(Arrays.asList(row)));
    }

    /**
     * A row is updated. Of the old row comes along what PostgreSQL sends: all of it with {@link ReplicaIdentity#FULL}; else
     * its key, if that changed.
     */
    public Event update(Map<String, ? extends @Nullable Object> old, Map<String, ? extends @Nullable Object> row) {
        return updateOf(table.row(old), table.updated(row));
    }

    /** As {@link #update(Map, Map)}; the values in the columns' order. */
    public Event update(List<? extends @Nullable Object> old, List<? extends @Nullable Object> row) {
        return updateOf(table.row(old), table.updated(row));
    }

    private Event updateOf(TestTable.@Nullable Values old, TestTable.Values row) {
        return table.update(stream.begin(), stream.next(), old, row);
    }

    /** A row is deleted. Of it comes along what PostgreSQL sends: all with {@link ReplicaIdentity#FULL}, else its key. */
    public Event delete(Map<String, ? extends @Nullable Object> row) {
        return table.delete(stream.begin(), stream.next(), table.row(row));
    }

    /** As {@link #delete(Map)}; the key's values in its columns' order, or with {@link ReplicaIdentity#FULL} all columns'. */
    public Event delete(@Nullable Object... values) {
        return table.delete(stream.begin(), stream.next(), table.deleted(Arrays.asList(values)));
    }

    /** The table is truncated. */
    public Event truncate() {
        return truncate(new Truncation(false, false));
    }

    /** The table is truncated, with the statement's options. */
    public Event truncate(Truncation options) {
        return table.truncate(stream.begin(), stream.next(), options);
    }

    /** A row of a snapshot or backfill, which comes in a transaction of its own; the values by column. */
    public Event read(Map<String, ? extends @Nullable Object> row) {
        return readOf(table.row(row));
    }

    /** As {@link #read(Map)}; the values in the columns' order. */
    public Event read(@Nullable Object... row) {
        return readOf(table.row(Arrays.asList(row)));
    }

    private Event readOf(TestTable.Values row) {
        return table.read(stream.slice(table), stream.next(), row);
    }

    /** The end of the table's snapshot or backfill, which comes behind its last row. */
    public Event snapshotCompleted(SnapshotSummary summary) {
        return table.snapshotCompleted(stream.slice(table), stream.next(), summary);
    }

    /** A logical message of the transaction, as {@code pg_logical_emit_message} writes it. */
    public Event message(String prefix, byte[] content) {
        TransactionSignal.Begin begin = stream.begin();
        LogicalMessage message = new LogicalMessage(0, true, begin.commitLsn(), prefix, content.clone());
        return Event.message(begin, stream.next(), stream.identity().source("", "", Map.of()), message);
    }

    /** What follows belongs to the next transaction. */
    public TestEvents nextTransaction() {
        stream.nextTransaction();
        return this;
    }

    /** One stream's transactions: commit LSNs {@code 1/0}, {@code 2/0} and so on, a second apart. */
    private static final class TestStream {

        private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
        private static final long BETWEEN_COMMITS = 1L << 32;
        private static final long BETWEEN_CHANGES = 8;

        private final StreamIdentity identity = new StreamIdentity("test", "test", "test");
        private TransactionSignal.Begin begin = transaction(1);
        private TransactionSignal.@Nullable Begin slice;
        private int slices;
        private long last;

        private static TransactionSignal.Begin transaction(int number) {
            return new TransactionSignal.Begin(
                    Lsn.of(number * BETWEEN_COMMITS), START.plusSeconds(number), number, null);
        }

        StreamIdentity identity() {
            return identity;
        }

        /** That of the transaction; of the next one when rows were read since. */
        TransactionSignal.Begin begin() {
            if (slice != null) {
                nextTransaction();
            }
            return begin;
        }

        /** That of the slice that is being made of the table; else of the next one, behind the transaction. */
        TransactionSignal.Begin slice(TestTable table) {
            TransactionSignal.Begin current = slice;
            if (current == null || !table.isIn(current)) {
                current = table.slice(begin, ++slices);
                slice = current;
            }
            return current;
        }

        /** The ordinal of the next change. */
        long next() {
            last += BETWEEN_CHANGES;
            return last;
        }

        void nextTransaction() {
            last = begin.commitLsn().value();
            begin = transaction(begin.xid() + 1);
            slice = null;
        }
    }
}
