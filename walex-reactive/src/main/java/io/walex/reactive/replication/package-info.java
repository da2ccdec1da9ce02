/** The replication connection, slots and publications, and what was acknowledged. */
@NullMarked
package io.walex.reactive.replication;

import org.jspecify.annotations.NullMarked;
