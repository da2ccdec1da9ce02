package io.walex.reactive.config;

import io.walex.reactive.error.PublicationNotFoundException;

/**
 * Who makes the publication.
 *
 * <p>A publication that is made here publishes the changes of partitions as those of the partitioned table that is
 * subscribed to ({@code publish_via_partition_root}). PostgreSQL then sends no TRUNCATE of a single partition, so a
 * mirror of the table keeps that partition's rows. It does send a TRUNCATE of the partitioned table. A partition that
 * is subscribed to without its partitioned table comes under its own name.
 */
public enum PublicationSetup {
    /** Somebody else. A missing publication is a {@link PublicationNotFoundException}. */
    MUST_EXIST,
    /** A missing publication is created, of the subscribed tables that exist then. */
    CREATE,
    /**
     * As {@link #CREATE}. An existing publication is altered to the subscribed tables, unless it is for all tables:
     *
     * <ul>
     *   <li>Tables that it lacks are added.
     *   <li>Tables that it holds by name and that are not subscribed to are dropped from it, at once and for all of its
     *       consumers.
     *   <li>Tables that stay keep their column lists and row filters. Schemas that it publishes stay.
     * </ul>
     *
     * <p>These are errors at the start. While a stream runs they are warned of, and tried again when the stream
     * connects next:
     *
     * <ul>
     *   <li>The publication cannot be altered.
     *   <li>A table is locked, as by VACUUM: for a quarter of {@link WalExConfig#livenessTimeout()} each, or for half
     *       of it all together.
     *   <li>It has no {@code publish_via_partition_root}, and changes of a partitioned table would come under names
     *       that are not subscribed to.
     * </ul>
     */
    CREATE_OR_ALTER
}
