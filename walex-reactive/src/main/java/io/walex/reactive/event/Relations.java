package io.walex.reactive.event;

import io.netty.util.collection.IntObjectHashMap;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Relation;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** The relations that the server has described on this connection, and which of them are wanted. */
final class Relations {

    private final Origination origination;
    private final BiPredicate<String, String> subscribed;
    private final IntObjectHashMap<Entry> byOid = new IntObjectHashMap<>();
    private TypeRegistry types = TypeRegistry.builtIn();

    Relations(Origination origination, BiPredicate<String, String> subscribed) {
        this.origination = origination;
        this.subscribed = subscribed;
    }

    /**
     * A relation in force.
     *
     * @param table null when it is not subscribed to: its rows are not even copied
     */
    record Entry(@Nullable Table table) {}

    /** Forgets all: a new connection describes its relations anew. */
    void reset(TypeRegistry databaseTypes) {
        types = databaseTypes;
        byOid.clear();
    }

    void put(Relation relation) {
        boolean wanted = subscribed.test(relation.schema(), relation.name());
        byOid.put(relation.oid(), new Entry(wanted ? new Table(relation, types, origination) : null));
    }

    /** Null when the server has not described the relation. */
    @Nullable
    Entry get(int oid) {
        return byOid.get(oid);
    }
}
