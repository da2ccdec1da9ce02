/** The copy stream: the replication connection, its frames and back-pressure, what was acknowledged. */
@NullMarked
package io.walex.reactive.replication;

import org.jspecify.annotations.NullMarked;
