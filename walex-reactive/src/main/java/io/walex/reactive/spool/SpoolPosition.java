package io.walex.reactive.spool;

import io.walex.reactive.pgoutput.Lsn;

/**
 * How far a spool was acknowledged.
 *
 * @param chunk the number of the last chunk; -1 before the first
 * @param commitLsn of the last transaction
 */
record SpoolPosition(long chunk, Lsn commitLsn) {

    static final SpoolPosition START = new SpoolPosition(-1, Lsn.INVALID);
}
