package io.walex.reactive;

/**
 * Whether the server sends a large transaction while it runs (beyond its {@code logical_decoding_work_mem}) instead of
 * keeping it on its own disk. Either way it is delivered only after its commit, in commit order.
 *
 * <p>One thing is told apart only without streaming: the server streams a logical message as the whole transaction's, so
 * that one written after a savepoint is delivered although the transaction was rolled back to that savepoint.
 */
public enum Streaming {
    /** Everything is sent after the commit. */
    OFF,
    /** Large transactions are sent while they run. */
    ON,
    /** The same, with what a parallel applier needs; PostgreSQL 16 or newer. Makes no difference to what is delivered. */
    PARALLEL
}
