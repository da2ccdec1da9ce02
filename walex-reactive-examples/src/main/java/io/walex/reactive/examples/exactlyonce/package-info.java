/** An effect that happens exactly once for each change, whatever kills the process. */
@NullMarked
package io.walex.reactive.examples.exactlyonce;

import org.jspecify.annotations.NullMarked;
