/** One subscription: it connects, streams, reconnects, and says how it is. */
@NullMarked
package io.walex.reactive.stream;

import org.jspecify.annotations.NullMarked;
