package io.walex.reactive;

/** Who makes the publication. */
public enum PublicationSetup {
    /** Somebody else; a missing one is a {@link PublicationNotFoundException}. */
    MUST_EXIST,
    /** A missing one is created, of the subscribed tables that exist then. */
    CREATE,
    /**
     * As {@link #CREATE}; an existing one is altered to the subscribed tables, unless it is for all tables: tables that it
     * lacks are added, those that it holds by name and that are not subscribed to are dropped, at once and for all of its
     * consumers. Tables that stay keep their column lists and row filters, and schemas that it publishes stay. Where it
     * cannot be altered while a stream runs, or not within half of {@link WalExConfig#livenessTimeout()} since a table is
     * locked (as by VACUUM), that is warned of, and tried again when the stream connects next.
     */
    CREATE_OR_ALTER
}
