/** Rows that were there before: read in chunks, and put between the transactions of a stream where they belong. */
@NullMarked
package io.walex.reactive.snapshot;

import org.jspecify.annotations.NullMarked;
