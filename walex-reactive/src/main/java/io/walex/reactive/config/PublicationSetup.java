package io.walex.reactive.config;

import io.walex.reactive.error.PublicationNotFoundException;

/**
 * Who makes the publication. One that is made here publishes the changes of partitions as those of the partitioned table
 * that is subscribed to ({@code publish_via_partition_root}). PostgreSQL then sends no TRUNCATE of a single partition, so a
 * mirror of the table keeps that partition's rows; a TRUNCATE of the partitioned table is sent. A partition that is
 * subscribed to without its partitioned table comes under its own name.
 */
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
     * locked (as by VACUUM), that is warned of, and tried again when the stream connects next; so it is where it has no
     * {@code publish_via_partition_root}, and changes of a partitioned table would come under names that are not subscribed
     * to. At the start, all of these are errors.
     */
    CREATE_OR_ALTER
}
