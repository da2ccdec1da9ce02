package io.walex.reactive.event;

import io.netty.util.collection.IntObjectHashMap;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Relation;
import java.util.List;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** The relations that the server has described on this connection, and which of them are wanted. */
final class Relations {

    /** Types from here on are the database's own, which can change under the same name. */
    private static final int FIRST_NORMAL_OID = 16384;

    private final Origination origination;
    private BiPredicate<String, String> subscribed;
    private final TypeSource types;
    private final IntObjectHashMap<Entry> byOid = new IntObjectHashMap<>();
    /** What the transaction that is being replayed says of its relations; null while none has descriptions of its own. */
    private @Nullable IntObjectHashMap<Entry> replayed;

    /** Made with the first table, on the thread that makes events. */
    private @Nullable RecurringValues recurring;

    private int generation;
    private int refreshing;

    Relations(Origination origination, BiPredicate<String, String> subscribed, TypeSource types) {
        this.origination = origination;
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

    void endReplay() {
        replayed = null;
    }

    /** Changes what is wanted; between transactions. */
    void resubscribe(BiPredicate<String, String> wanted) {
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
        put(relation, own == null ? byOid : own);
    }

    private void put(Relation relation, IntObjectHashMap<Entry> target) {
        if (!subscribed.test(relation.schema(), relation.name())) {
            target.put(relation.oid(), new Entry(relation, null));
        } else if (needsRefresh(relation, target.containsKey(relation.oid()))) {
            int asked = generation;
            refreshing++;
            types.refresh(() -> {
                if (asked == generation) {
                    refreshing--;
                    target.put(relation.oid(), new Entry(relation, table(relation)));
                }
            });
        } else {
            target.put(relation.oid(), new Entry(relation, table(relation)));
        }
    }

    private Table table(Relation relation) {
        if (recurring == null) {
            recurring = new RecurringValues();
        }
        return new Table(relation, types.types(), origination, recurring);
    }

    /**
     * A type that is not known was made since the catalog was read; one of a relation that is described again may have
     * changed with it.
     */
    private boolean needsRefresh(Relation relation, boolean again) {
        TypeRegistry known = types.types();
        return relation.columns().stream()
                .mapToInt(column -> column.typeOid())
                .anyMatch(oid -> !known.knows(oid) || again && Integer.compareUnsigned(oid, FIRST_NORMAL_OID) >= 0);
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
