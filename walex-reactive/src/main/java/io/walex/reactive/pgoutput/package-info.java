/** The pgoutput logical replication protocol: pure functions from a buffer to values. */
@NullMarked
package io.walex.reactive.pgoutput;

import org.jspecify.annotations.NullMarked;
