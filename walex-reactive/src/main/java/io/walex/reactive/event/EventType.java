package io.walex.reactive.event;

import java.util.Locale;

/** What happened. */
public enum EventType {
    INSERT,
    UPDATE,
    DELETE,
    /** A table was truncated; one event per table. */
    TRUNCATE,
    /** A logical message of {@code pg_logical_emit_message}. */
    MESSAGE,
    /**
     * A transaction that was delivered at {@code PREPARE TRANSACTION} committed. {@link TwoPhase#AT_PREPARE} says when
     * this comes for one that was not delivered.
     */
    COMMIT_PREPARED,
    /** The same, but it rolled back. */
    ROLLBACK_PREPARED,
    /**
     * A row that was there before: of a snapshot or a backfill. It is the row as it is at this place of the stream, new to
     * the subscriber or not: insert it or replace what is there.
     */
    READ,
    /** All rows of a table have come that its snapshot or backfill was to read. */
    SNAPSHOT_COMPLETED;

    private final String jsonName = name().toLowerCase(Locale.ROOT);

    /** The name in an event's JSON: {@code insert}, {@code update}, ... */
    public String jsonName() {
        return jsonName;
    }
}
