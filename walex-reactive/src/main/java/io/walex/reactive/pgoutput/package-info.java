/**
 * The pgoutput logical replication protocol: pure functions from a buffer to values.
 *
 * <p>{@code PgOutputDecoder} and {@code RowReceiver} are internal: public only because another package of the library
 * uses them, and subject to change.
 */
@NullMarked
package io.walex.reactive.pgoutput;

import org.jspecify.annotations.NullMarked;
