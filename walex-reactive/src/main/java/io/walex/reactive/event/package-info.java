/**
 * What users see: events, rows and transactions, assembled from pgoutput messages.
 *
 * <p>{@code BetweenTransactions}, {@code EventTuples}, {@code Expectation}, {@code SnapshotTable}, {@code StreamIdentity},
 * {@code TransactionAssembler}, {@code TypeSource} and {@code UncertainMessageException} are internal: public only because
 * another package of the library uses them, and subject to change.
 */
@NullMarked
package io.walex.reactive.event;

import org.jspecify.annotations.NullMarked;
