package io.walex.reactive;

/** Who makes the publication. */
public enum PublicationSetup {
    /** Somebody else; a missing one is a {@link PublicationNotFoundException}. */
    MUST_EXIST,
    /** A missing one is created, of the subscribed tables that exist then. */
    CREATE,
    /** As {@link #CREATE}; an existing one is altered to exactly the subscribed tables, unless it is for all tables. */
    CREATE_OR_ALTER
}
