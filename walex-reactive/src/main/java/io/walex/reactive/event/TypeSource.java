package io.walex.reactive.event;

import io.walex.reactive.codec.TypeRegistry;

/** Where an assembler learns of the database's types. */
public interface TypeSource {

    /** What is known now. */
    TypeRegistry types();

    /**
     * What is known now, to read rows of this transaction by: those that were written after {@link #types()} was read may
     * have types that were altered since.
     */
    default TypeRegistry typesOf(int xid) {
        return types();
    }

    /** Whether a row that was read by {@link #typesOf} has shown that a type was altered. */
    default boolean isOutdated() {
        return false;
    }

    /** Whether {@link #types()} was read after the transaction ended: to read it again would tell nothing more. */
    boolean isReadAfter(int xid);

    /**
     * Looks into the catalog again, since types were made or altered after {@link #types()} was read.
     *
     * @param done to be run on the event loop when {@link #types()} is up to date; never, when the stream fails instead
     */
    void refresh(Runnable done);

    /** Types that never change. */
    static TypeSource of(TypeRegistry types) {
        return new TypeSource() {
            @Override
            public TypeRegistry types() {
                return types;
            }

            @Override
            public boolean isReadAfter(int xid) {
                return true;
            }

            @Override
            public void refresh(Runnable done) {
                done.run();
            }
        };
    }
}
