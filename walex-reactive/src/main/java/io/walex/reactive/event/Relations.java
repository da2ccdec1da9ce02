package io.walex.reactive.event;

import io.netty.util.collection.IntObjectHashMap;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Relation;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The relations that the server has described on this connection, and which of them are wanted. */
final class Relations {

    private final StreamIdentity identity;
    private final TypeSource types;
    private BiPredicate<String, String> subscribed;
    private final AtomicReference<@Nullable BiPredicate<String, String>> resubscription = new AtomicReference<>();
    private final IntObjectHashMap<Entry> byOid = new IntObjectHashMap<>();
    /** What the transaction that is being replayed says of its relations; null while none is. */
    private @Nullable IntObjectHashMap<Entry> replayed;

    /** Made with the first table, on the thread that makes events. */
    private @Nullable RecurringValues recurring;

    /** The transaction that is described, which may have made types. */
    private int xid;

    /** What the tables' codecs are of. */
    private @Nullable TypeRegistry inForce;

    private int generation;
    private int refreshing;

    Relations(StreamIdentity identity, BiPredicate<String, String> subscribed, TypeSource types) {
        this.identity = identity;
        this.subscribed = subscribed;
        this.types = types;
    }

    /**
     * A relation in force.
     *
     * @param relation as it was described last
     * @param table null when it is not subscribed to: its rows are not even copied
     */
    record Entry(Relation relation, @Nullable Table table) {}

    /** Forgets all: a new connection describes its relations anew. */
    void reset() {
        byOid.clear();
        replayed = null;
        generation++;
        refreshing = 0;
    }

    /**
     * From here on descriptions are those of a transaction that was received before, and say nothing of what the server
     * sends next.
     */
    void beginReplay() {
        replayed = new IntObjectHashMap<>();
    }

    /**
     * Ends the replay.
     *
     * @param stays which of its descriptions, by OID, hold for what the server sends next
     */
    void endReplay(IntPredicate stays) {
        IntObjectHashMap<Entry> own = replayed;
        replayed = null;
        if (own != null) {
            own.forEach((oid, entry) -> {
                if (stays.test(oid)) {
                    byOid.put(oid, entry);
                }
            });
        }
    }

    /** Changes what is wanted from the next transaction on; from any thread. */
    void resubscribe(BiPredicate<String, String> wanted) {
        resubscription.set(wanted);
    }

    /** A transaction is being described, which may have made types. */
    void describedBy(int transaction) {
        xid = transaction;
        useTypes();
    }

    /**
     * A transaction starts: what is wanted stays the same until its end.
     *
     * @param isNew false when an earlier connection began it
     */
    void beginTransaction(int transaction, boolean isNew) {
        xid = transaction;
        if (types.isOutdated()) {
            refresh(this::useTypes);
        } else {
            useTypes();
        }
        BiPredicate<String, String> wanted = isNew ? resubscription.getAndSet(null) : null;
        if (wanted == null) {
            return;
        }
        subscribed = wanted;
        for (Entry entry : List.copyOf(byOid.values())) {
            Relation relation = entry.relation;
            if (wanted.test(relation.schema(), relation.name()) != (entry.table != null)) {
                put(relation, byOid);
            }
        }
    }

    void put(Relation relation) {
        IntObjectHashMap<Entry> own = replayed;
        if (own == null) {
            put(relation, byOid);
        } else if (isInForce(relation)) {
            own.remove(relation.oid());
        } else {
            put(relation, own);
        }
    }

    /**
     * Whether it was put with a prepared transaction when that was received, and tells no more than the server has said
     * since. What a streamed transaction has is the server's word, and may come after a change of a type.
     */
    private boolean isInForce(Relation described) {
        Entry entry = byOid.get(described.oid());
        return entry != null
                && described.xid() == 0
                && described.describesAs(entry.relation)
                && !needsRefresh(described, false);
    }

    private void put(Relation relation, IntObjectHashMap<Entry> target) {
        if (!subscribed.test(relation.schema(), relation.name())) {
            target.put(relation.oid(), new Entry(relation, null));
        } else if (needsRefresh(relation, get(relation.oid()) != null)) {
            refresh(() -> target.put(relation.oid(), new Entry(relation, table(relation))));
        } else {
            target.put(relation.oid(), new Entry(relation, table(relation)));
        }
    }

    private void refresh(Runnable done) {
        int asked = generation;
        refreshing++;
        types.refresh(() -> {
            if (asked == generation) {
                refreshing--;
                done.run();
            }
        });
    }

    /** Tables with types that may change are read by what is known of these, as far as it holds for the transaction. */
    @SuppressWarnings("ReferenceEquality")
    private void useTypes() {
        TypeRegistry known = types.typesOf(xid);
        if (known == inForce) {
            return;
        }
        inForce = known;
        for (Entry entry : List.copyOf(byOid.values())) {
            Relation relation = entry.relation;
            if (entry.table != null
                    && relation.columns().stream().anyMatch(column -> known.mayChange(column.typeOid()))) {
                byOid.put(relation.oid(), new Entry(relation, table(relation)));
            }
        }
    }

    private Table table(Relation relation) {
        if (recurring == null) {
            recurring = new RecurringValues();
        }
        return new Table(relation, types.typesOf(xid), identity, recurring);
    }

    /**
     * A type that is not known was made since the catalog was read; a composite type of a relation that is described again
     * may have changed with it. Neither, where the catalog was read after all that: a server that is behind with its
     * changes describes thousands of relations that were altered or dropped long ago.
     */
    private boolean needsRefresh(Relation relation, boolean again) {
        TypeRegistry known = types.types();
        return relation.columns().stream()
                        .mapToInt(column -> column.typeOid())
                        .anyMatch(oid -> !known.knows(oid) || again && known.mayChange(oid))
                && !types.isReadAfter(xid);
    }

    /** Whether a relation waits for its types: nothing that follows can be read until it has them. */
    boolean isRefreshing() {
        return refreshing > 0;
    }

    /** Null when the server has not described the relation. */
    @Nullable
    Entry get(int oid) {
        IntObjectHashMap<Entry> own = replayed;
        Entry entry = own == null ? null : own.get(oid);
        return entry == null ? byOid.get(oid) : entry;
    }
}
