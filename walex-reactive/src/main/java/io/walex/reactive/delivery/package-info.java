/** What subscribers get: events or transactions, and what is acknowledged when; a middleware in between. */
@NullMarked
package io.walex.reactive.delivery;

import org.jspecify.annotations.NullMarked;
