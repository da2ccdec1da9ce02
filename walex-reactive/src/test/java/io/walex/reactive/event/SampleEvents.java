package io.walex.reactive.event;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Frames;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputDecoder;
import io.walex.reactive.pgoutput.PgOutputMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.RelationColumn;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Events of a table {@code public.user (id int, name text, email text)} without a server. */
public final class SampleEvents {

    /** Stands for an unchanged TOASTed value. */
    public static final String UNCHANGED = new String("unchanged");

    private static final int INT = 23;
    private static final int TEXT = 25;

    private final Table table;
    private TransactionSignal.Begin begin;
    private int ordinal;

    private SampleEvents(String name, ReplicaIdentity identity, TypeRegistry types, long commitLsn) {
        boolean full = identity == ReplicaIdentity.FULL;
        Relation relation = new Relation(
                0,
                name.hashCode(),
                "public",
                name,
                identity,
                List.of(
                        new RelationColumn("id", true, INT, -1),
                        new RelationColumn("name", full, TEXT, -1),
                        new RelationColumn("email", full, TEXT, -1)));
        table = new Table(relation, types, new StreamIdentity("test", "1", "db"), new RecurringValues());
        begin = begin(commitLsn);
    }

    private static TransactionSignal.Begin begin(long commitLsn) {
        return new TransactionSignal.Begin(Lsn.of(commitLsn), Instant.EPOCH, 7, null);
    }

    public static SampleEvents of(String table, ReplicaIdentity identity) {
        return of(table, identity, TypeRegistry.builtIn());
    }

    public static SampleEvents of(String table, ReplicaIdentity identity, TypeRegistry types) {
        return new SampleEvents(table, identity, types, 100);
    }

    /** Of a stream that knows what is published. */
    public static SampleEvents of(String table, PublishedTables published) {
        SampleEvents events = of(table, ReplicaIdentity.DEFAULT);
        events.table.identity.published().set(published);
        return events;
    }

    /** One insert in a transaction of its own. */
    public static Event insert(String table, long commitLsn, int id) {
        return new SampleEvents(table, ReplicaIdentity.DEFAULT, TypeRegistry.builtIn(), commitLsn)
                .insert(String.valueOf(id), "n" + id, null);
    }

    /** What comes next is of another transaction. */
    public SampleEvents nextTransaction(long commitLsn) {
        return nextTransaction(begin(commitLsn));
    }

    public SampleEvents nextTransaction(TransactionSignal.Begin next) {
        begin = next;
        ordinal = 0;
        return this;
    }

    public Event insert(@Nullable String... values) {
        PgOutputMessage.Insert insert = (PgOutputMessage.Insert)
                decode(tuple(Frames.message('I').int32(1).letter('N'), values));
        return Event.insert(begin, ordinal++, table, insert.newTuple());
    }

    /** An update without an old row. */
    public Event update(@Nullable String... values) {
        return update(decode(tuple(Frames.message('U').int32(1).letter('N'), values)));
    }

    /** An update with the whole old row. */
    public Event update(List<@Nullable String> old, List<@Nullable String> after) {
        Frames frames = tuple(Frames.message('U').int32(1).letter('O'), old.toArray(String[]::new));
        return update(decode(tuple(frames.letter('N'), after.toArray(String[]::new))));
    }

    private Event update(PgOutputMessage update) {
        var decoded = (PgOutputMessage.Update) update;
        return Event.update(begin, ordinal++, table, decoded.oldTuple(), decoded.oldTupleIsKey(), decoded.newTuple());
    }

    /** A delete with its key, or with the whole old row. */
    public Event delete(boolean keyOnly, @Nullable String... values) {
        PgOutputMessage message = decode(tuple(Frames.message('D').int32(1).letter(keyOnly ? 'K' : 'O'), values));
        var delete = (PgOutputMessage.Delete) message;
        return Event.delete(begin, ordinal++, table, delete.oldTuple(), delete.oldTupleIsKey());
    }

    /** A row of a snapshot. */
    public Event read(@Nullable String... values) {
        PgOutputMessage.Insert row = (PgOutputMessage.Insert)
                decode(tuple(Frames.message('I').int32(1).letter('N'), values));
        return Event.read(begin, ordinal++, table, row.newTuple());
    }

    /** The end of a snapshot. */
    public Event completed(SnapshotSummary summary) {
        return Event.snapshotCompleted(begin, ordinal++, table, summary);
    }

    public Event truncate() {
        return Event.truncate(begin, ordinal++, table, new Truncation(false, false));
    }

    public Event message(String prefix, byte[] content) {
        LogicalMessage message = new LogicalMessage(0, true, begin.commitLsn(), prefix, content);
        return Event.message(begin, ordinal++, new Source("test", "1", "db", "", "", Map.of()), message);
    }

    public static List<@Nullable String> row(@Nullable String... values) {
        List<@Nullable String> row = new ArrayList<>();
        for (String value : values) {
            row.add(value);
        }
        return row;
    }

    @SuppressWarnings("ReferenceEquality")
    private static Frames tuple(Frames frames, @Nullable String... values) {
        frames.columns(values.length);
        for (String value : values) {
            if (value == null) {
                frames.nullColumn();
            } else if (value == UNCHANGED) {
                frames.unchanged();
            } else {
                frames.text(value);
            }
        }
        return frames;
    }

    private static PgOutputMessage decode(Frames frames) {
        ByteBuf buffer = frames.buffer();
        return PgOutputDecoder.decode(buffer, false, 1);
    }
}
