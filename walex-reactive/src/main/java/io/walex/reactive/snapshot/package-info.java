/** Snapshots and backfills: the rows that were there before, between the live changes. */
@NullMarked
package io.walex.reactive.snapshot;

import org.jspecify.annotations.NullMarked;
