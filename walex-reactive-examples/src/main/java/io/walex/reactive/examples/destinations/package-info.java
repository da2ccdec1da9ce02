/** Where events may go: a webhook, a cache, a search index, a mailbox, another stream. Each is a module for {@code Handlers}. */
@NullMarked
package io.walex.reactive.examples.destinations;

import org.jspecify.annotations.NullMarked;
