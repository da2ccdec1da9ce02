package io.walex.reactive.config;

/**
 * Whether the server sends a large transaction while it runs (beyond its {@code logical_decoding_work_mem}) instead of
 * keeping it on its own disk. Either way it is delivered only after its commit, in commit order.
 *
 * <p>One thing is told apart only without streaming: whether a logical message was rolled back to a savepoint. With {@code
 * messages(true)} a transaction where that is in doubt is asked for again unstreamed, on a new connection; from a temporary
 * slot, which could not send it again, nothing is streamed.
 */
public enum Streaming {
    /** Everything is sent after the commit. */
    OFF,
    /** Large transactions are sent while they run. */
    ON,
    /** The same, with what a parallel applier needs; PostgreSQL 16 or newer. Makes no difference to what is delivered. */
    PARALLEL
}
