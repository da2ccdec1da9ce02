/** A pipeline and a handler that unit tests try without PostgreSQL. */
@NullMarked
package io.walex.reactive.examples.testing;

import org.jspecify.annotations.NullMarked;
