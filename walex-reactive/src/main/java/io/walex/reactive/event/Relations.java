package io.walex.reactive.event;

import io.netty.util.collection.IntObjectHashMap;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Relation;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** The relations that the server has described on this connection, and which of them are wanted. */
final class Relations {

    /** Types from here on are the database's own, which can change under the same name. */
    private static final int FIRST_NORMAL_OID = 16384;

    private final Origination origination;
    private final BiPredicate<String, String> subscribed;
    private final TypeSource types;
    private final IntObjectHashMap<Entry> byOid = new IntObjectHashMap<>();
    private int generation;
    private boolean refreshing;

    Relations(Origination origination, BiPredicate<String, String> subscribed, TypeSource types) {
        this.origination = origination;
        this.subscribed = subscribed;
        this.types = types;
    }

    /**
     * A relation in force.
     *
     * @param table null when it is not subscribed to: its rows are not even copied
     */
    record Entry(@Nullable Table table) {}

    /** Forgets all: a new connection describes its relations anew. */
    void reset() {
        byOid.clear();
        generation++;
        refreshing = false;
    }

    void put(Relation relation) {
        if (!subscribed.test(relation.schema(), relation.name())) {
            byOid.put(relation.oid(), new Entry(null));
        } else if (needsRefresh(relation)) {
            int asked = generation;
            refreshing = true;
            types.refresh(() -> {
                if (asked == generation) {
                    refreshing = false;
                    byOid.put(relation.oid(), new Entry(new Table(relation, types.types(), origination)));
                }
            });
        } else {
            byOid.put(relation.oid(), new Entry(new Table(relation, types.types(), origination)));
        }
    }

    /**
     * A type that is not known was made since the catalog was read; one of a relation that is described again may have
     * changed with it.
     */
    private boolean needsRefresh(Relation relation) {
        TypeRegistry known = types.types();
        boolean again = byOid.containsKey(relation.oid());
        return relation.columns().stream()
                .mapToInt(column -> column.typeOid())
                .anyMatch(oid -> !known.knows(oid) || again && Integer.compareUnsigned(oid, FIRST_NORMAL_OID) >= 0);
    }

    /** Whether a relation waits for its types: nothing that follows can be read until it has them. */
    boolean isRefreshing() {
        return refreshing;
    }

    /** Null when the server has not described the relation. */
    @Nullable
    Entry get(int oid) {
        return byOid.get(oid);
    }
}
