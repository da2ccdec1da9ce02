/** Changes in a Spring WebFlux application. */
@NullMarked
package io.walex.reactive.examples.webflux;

import org.jspecify.annotations.NullMarked;
