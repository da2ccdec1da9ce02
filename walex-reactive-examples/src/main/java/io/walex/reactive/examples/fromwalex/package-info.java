/** The code of {@code docs/from-walex.md}, compiled. */
@NullMarked
package io.walex.reactive.examples.fromwalex;

import org.jspecify.annotations.NullMarked;
