/** Ordinary connections: the catalog, slots and publications, and the server's errors. */
@NullMarked
package io.walex.reactive.server;

import org.jspecify.annotations.NullMarked;
