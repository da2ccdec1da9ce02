/**
 * Rows that were there before: read in chunks, and put between the transactions of a stream where they belong.
 *
 * <p>{@code Snapshots}, {@code SnapshotHost} and {@code SnapshotChecks} are internal: public only because another package of the library uses them,
 * and subject to change.
 */
@NullMarked
package io.walex.reactive.snapshot;

import org.jspecify.annotations.NullMarked;
