package io.walex.reactive.config;

/**
 * Whether the server sends a large transaction while it runs (beyond its {@code logical_decoding_work_mem}) instead of
 * keeping it on its own disk. Either way it is delivered only after its commit, in commit order.
 *
 * <p>Only without streaming does the server tell whether a logical message was rolled back to a savepoint. So with
 * {@code messages(true)}:
 *
 * <ul>
 *   <li>A transaction of which that is in doubt is asked for again unstreamed, on a new connection.
 *   <li>From a temporary slot nothing is streamed, since it could not send a transaction again.
 * </ul>
 */
public enum Streaming {
    /** Everything is sent after the commit. */
    OFF,
    /** Large transactions are sent while they run. */
    ON,
    /** As {@link #ON}, with what a parallel applier needs; delivers the same. Takes PostgreSQL 16 or newer. */
    PARALLEL
}
