package io.walex.reactive.event;

/**
 * What a table's snapshot came to.
 *
 * @param snapshot the name of the snapshot or backfill
 * @param rows how many {@link EventType#READ} events there were, counting rows that were read again after a restart
 * @param bytes of these rows, as PostgreSQL sent them
 * @param attempt 1, or more where the table was rewritten meanwhile and had to be read from its start again
 */
public record SnapshotSummary(String snapshot, long rows, long bytes, int attempt) {}
