/** What users see: events, rows and transactions, assembled from pgoutput messages. */
@NullMarked
package io.walex.reactive.event;

import org.jspecify.annotations.NullMarked;
