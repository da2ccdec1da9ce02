/** Everything breaks at random, and nothing is lost. */
@NullMarked
package io.walex.reactive.chaos;

import org.jspecify.annotations.NullMarked;
