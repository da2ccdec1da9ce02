/** A copy of a table in another database: rows from before, and all that changes. */
@NullMarked
package io.walex.reactive.examples.snapshots;

import org.jspecify.annotations.NullMarked;
