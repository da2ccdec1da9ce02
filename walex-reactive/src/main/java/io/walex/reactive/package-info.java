/** The front door: a PostgreSQL database's committed changes as a Reactor {@code Flux}. */
@NullMarked
package io.walex.reactive;

import org.jspecify.annotations.NullMarked;
