/** The code of {@code docs/handlers.md}, compiled. */
@NullMarked
package io.walex.reactive.examples.handlers;

import org.jspecify.annotations.NullMarked;
