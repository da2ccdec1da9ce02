/** Live changes on standard output, one JSON line each, from an embedded PostgreSQL or one of your own. */
@NullMarked
package io.walex.reactive.examples.quickstart;

import org.jspecify.annotations.NullMarked;
