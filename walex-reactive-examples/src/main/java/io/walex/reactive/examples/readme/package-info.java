/** The README's code, compiled. */
@NullMarked
package io.walex.reactive.examples.readme;

import org.jspecify.annotations.NullMarked;
