package io.walex.reactive.event;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputDecoder;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import io.walex.reactive.pgoutput.PgOutputMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.RelationColumn;
import io.walex.reactive.pgoutput.TupleData;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes the signals of a stream as bytes, and reads them back. Each transaction, and each slice of a snapshot, is written
 * with the relations that it uses, so it can be read without anything that came before it. Rows are written as PostgreSQL sent them (pgoutput
 * messages). Values are neither decoded nor changed.
 */
public final class SignalCodec {

    /** The format of the bytes. A store must remember it with them: bytes in another format would be misread. */
    public static final int FORMAT = 3;

    private static final byte BEGIN = 1;
    private static final byte RELATION = 2;
    private static final byte CHANGE = 3;
    private static final byte OUTCOME = 4;
    private static final byte END = 5;
    private static final byte READ = 6;
    private static final byte SNAPSHOT_COMPLETED = 7;

    private static final int WITH_GID = 1;
    private static final int WITH_ORIGIN = 2;
    private static final int WITH_SLICE = 4;

    private final StreamIdentity identity;
    private final TypeSource types;

    /**
     * Makes a codec for one stream.
     *
     * @param identity what events that are read say of their origin
     * @param types the database's types, which must be known when events are read
     */
    public SignalCodec(StreamIdentity identity, TypeSource types) {
        this.identity = identity;
        this.types = types;
    }

    public Writer writer() {
        return new Writer();
    }

    public Reader reader() {
        return new Reader();
    }

    /** Not thread-safe. */
    public static final class Writer {

        private final Map<Integer, Table> described = new HashMap<>();

        private Writer() {}

        /**
         * Appends the signal.
         *
         * @throws IllegalArgumentException for an event whose columns were hidden or masked, since the bytes would show
         *     them, and for a signal other than {@code Begin}, {@code Event} and {@code End}
         */
        public void write(TransactionSignal signal, ByteBuf target) {
            if (signal instanceof TransactionSignal.Begin begin) {
                described.clear();
                framed(target, BEGIN, () -> begin(begin, target));
            } else if (signal instanceof TransactionSignal.End end) {
                framed(target, END, () -> target.writeLong(end.endLsn().value()));
            } else if (signal instanceof Event event) {
                event(event, target);
            } else {
                throw new IllegalArgumentException(signal + " cannot be stored");
            }
        }

        private static void framed(ByteBuf target, byte kind, Runnable body) {
            int start = target.writerIndex();
            target.writeInt(0).writeByte(kind);
            body.run();
            target.setInt(start, target.writerIndex() - start - Integer.BYTES);
        }

        private static void begin(TransactionSignal.Begin begin, ByteBuf target) {
            target.writeLong(begin.commitLsn().value());
            // PostgreSQL's clock counts microseconds.
            target.writeLong(ChronoUnit.MICROS.between(Instant.EPOCH, begin.commitTimestamp()));
            target.writeInt(begin.xid());
            String gid = begin.gid();
            ReplicationOrigin origin = begin.origin();
            SnapshotSlice slice = begin.slice();
            target.writeByte((gid == null ? 0 : WITH_GID)
                    | (origin == null ? 0 : WITH_ORIGIN)
                    | (slice == null ? 0 : WITH_SLICE));
            if (gid != null) {
                string(target, gid);
            }
            if (origin != null) {
                Lsn lsn = origin.lsn();
                target.writeLong(lsn == null ? Lsn.INVALID.value() : lsn.value());
                string(target, origin.name());
            }
            if (slice != null) {
                SliceBytes.write(slice, target);
            }
        }

        private void event(Event event, ByteBuf target) {
            Table table = event.table();
            if (table != null && table.isView()) {
                throw new IllegalArgumentException("Columns of " + table.qualifiedName()
                        + " were hidden or masked before they are stored; do so behind the store");
            }
            if (table != null && described.put(table.relation.oid(), table) != table) {
                framed(target, RELATION, () -> relation(table.relation, target));
            }
            switch (event.type()) {
                case COMMIT_PREPARED, ROLLBACK_PREPARED ->
                    framed(target, OUTCOME, () -> {
                        target.writeBoolean(event.type() == EventType.COMMIT_PREPARED);
                        target.writeLong(event.ordinal());
                    });
                case SNAPSHOT_COMPLETED ->
                    framed(target, SNAPSHOT_COMPLETED, () -> {
                        target.writeLong(event.ordinal())
                                .writeInt(requireTable(event).relation.oid());
                        SliceBytes.write(event.snapshotSummary(), target);
                    });
                default ->
                    framed(target, event.type() == EventType.READ ? READ : CHANGE, () -> {
                        target.writeLong(event.ordinal());
                        change(event, table, target);
                    });
            }
        }

        private static Table requireTable(Event event) {
            return Objects.requireNonNull(event.table());
        }

        private static void change(Event event, @Nullable Table table, ByteBuf target) {
            if (table == null) {
                message(event.message(), target);
                return;
            }
            int oid = table.relation.oid();
            switch (event.type()) {
                case INSERT, READ -> target.writeByte('I').writeInt(oid);
                case UPDATE -> target.writeByte('U').writeInt(oid);
                case DELETE -> target.writeByte('D').writeInt(oid);
                default -> {
                    Truncation options = event.truncation();
                    target.writeByte('T').writeInt(1);
                    target.writeByte((options.cascade() ? 1 : 0) | (options.restartIdentity() ? 2 : 0));
                    target.writeInt(oid);
                }
            }
            tuple(target, event.oldIsKey() ? 'K' : 'O', event.oldTuple());
            tuple(target, 'N', event.newTuple());
        }

        private static void tuple(ByteBuf target, char tag, @Nullable TupleData tuple) {
            if (tuple != null) {
                target.writeByte(tag);
                tuple.writeTo(target);
            }
        }

        private static void message(LogicalMessage message, ByteBuf target) {
            target.writeByte('M').writeBoolean(message.transactional());
            target.writeLong(message.lsn().value());
            string(target, message.prefix());
            target.writeInt(message.content().length).writeBytes(message.content());
        }

        private static void relation(Relation relation, ByteBuf target) {
            target.writeByte('R').writeInt(relation.oid());
            string(target, relation.schema());
            string(target, relation.name());
            target.writeByte(relation.replicaIdentity().code());
            target.writeShort(relation.columns().size());
            for (RelationColumn column : relation.columns()) {
                target.writeBoolean(column.key());
                string(target, column.name());
                target.writeInt(column.typeOid()).writeInt(column.typeModifier());
            }
        }

        private static void string(ByteBuf target, String value) {
            target.writeCharSequence(value, StandardCharsets.UTF_8);
            target.writeByte(0);
        }
    }

    /** Not thread-safe. */
    public final class Reader {

        private final RecurringValues recurring = new RecurringValues();
        private final Map<Integer, Known> relations = new HashMap<>();
        private final Source messageSource = identity.source("", "", Map.of());
        private TransactionSignal.@Nullable Begin begin;

        private Reader() {}

        /** A relation as it was described last. */
        private record Known(byte[] description, TypeRegistry types, Table table) {}

        /**
         * Takes the next signal from the buffer; null at its end.
         *
         * @throws IllegalStateException when the bytes were not written by {@link Writer}
         */
        public @Nullable TransactionSignal read(ByteBuf source) {
            while (source.isReadable()) {
                try {
                    TransactionSignal signal = record(source.readSlice(source.readInt()));
                    if (signal != null) {
                        return signal;
                    }
                } catch (IndexOutOfBoundsException | PgOutputDecodingException e) {
                    throw new IllegalStateException("Stored transactions cannot be read: they are damaged", e);
                }
            }
            return null;
        }

        private @Nullable TransactionSignal record(ByteBuf body) {
            byte kind = body.readByte();
            switch (kind) {
                case BEGIN -> {
                    begin = begin(body);
                    return begin;
                }
                case RELATION -> {
                    describe(body);
                    return null;
                }
                case CHANGE -> {
                    return change(body.readLong(), message(body));
                }
                case READ -> {
                    long ordinal = body.readLong();
                    var row = (PgOutputMessage.Insert) message(body);
                    return Event.read(open(), ordinal, table(row.relationOid()), row.newTuple());
                }
                case SNAPSHOT_COMPLETED -> {
                    long ordinal = body.readLong();
                    Table table = table(body.readInt());
                    return Event.snapshotCompleted(open(), ordinal, table, SliceBytes.readSummary(body));
                }
                case OUTCOME -> {
                    EventType type = body.readBoolean() ? EventType.COMMIT_PREPARED : EventType.ROLLBACK_PREPARED;
                    return Event.outcome(type, open(), body.readLong(), messageSource);
                }
                case END -> {
                    return new TransactionSignal.End(open(), Lsn.of(body.readLong()));
                }
                default -> throw new IllegalStateException("Stored transactions cannot be read: kind " + kind);
            }
        }

        private static TransactionSignal.Begin begin(ByteBuf body) {
            Lsn commitLsn = Lsn.of(body.readLong());
            Instant commitTimestamp = Instant.EPOCH.plus(body.readLong(), ChronoUnit.MICROS);
            int xid = body.readInt();
            int with = body.readByte();
            return new TransactionSignal.Begin(
                    commitLsn,
                    commitTimestamp,
                    xid,
                    (with & WITH_GID) == 0 ? null : string(body),
                    (with & WITH_ORIGIN) == 0 ? null : origin(Lsn.of(body.readLong()), string(body)),
                    (with & WITH_SLICE) == 0 ? null : SliceBytes.readSlice(body));
        }

        private PgOutputMessage message(ByteBuf body) {
            return PgOutputDecoder.decode(body, false, open().commitLsn().value());
        }

        private static ReplicationOrigin origin(Lsn lsn, String name) {
            return new ReplicationOrigin(name, lsn.equals(Lsn.INVALID) ? null : lsn);
        }

        private void describe(ByteBuf body) {
            byte[] description = new byte[body.readableBytes()];
            body.getBytes(body.readerIndex(), description);
            Relation relation = (Relation) PgOutputDecoder.decode(body, false, 0);
            Known known = relations.get(relation.oid());
            TypeRegistry current = types.typesOf(open().xid());
            if (known == null || known.types != current || !Arrays.equals(known.description, description)) {
                relations.put(
                        relation.oid(),
                        new Known(description, current, new Table(relation, current, identity, recurring)));
            }
        }

        private Event change(long ordinal, PgOutputMessage message) {
            if (message instanceof PgOutputMessage.Insert insert) {
                return Event.insert(open(), ordinal, table(insert.relationOid()), insert.newTuple());
            } else if (message instanceof PgOutputMessage.Update update) {
                return Event.update(
                        open(),
                        ordinal,
                        table(update.relationOid()),
                        update.oldTuple(),
                        update.oldTupleIsKey(),
                        update.newTuple());
            } else if (message instanceof PgOutputMessage.Delete delete) {
                return Event.delete(
                        open(), ordinal, table(delete.relationOid()), delete.oldTuple(), delete.oldTupleIsKey());
            } else if (message instanceof PgOutputMessage.Truncate truncate) {
                Truncation options = new Truncation(truncate.cascade(), truncate.restartIdentity());
                return Event.truncate(
                        open(), ordinal, table(truncate.relationOids().get(0)), options);
            } else if (message instanceof LogicalMessage logical) {
                return Event.message(open(), ordinal, messageSource, logical);
            }
            throw new IllegalStateException("Stored transactions cannot be read: " + message);
        }

        private TransactionSignal.Begin open() {
            if (begin == null) {
                throw new IllegalStateException("Stored transactions cannot be read: one has no start");
            }
            return begin;
        }

        private Table table(int oid) {
            Known known = relations.get(oid);
            if (known == null) {
                throw new IllegalStateException("Stored transactions cannot be read: a table is not described");
            }
            return known.table;
        }

        private static String string(ByteBuf body) {
            int length = body.bytesBefore((byte) 0);
            String value = body.readCharSequence(length, StandardCharsets.UTF_8).toString();
            body.skipBytes(1);
            return value;
        }
    }
}
