/**
 * One subscription: it connects, streams, reconnects, and says how it is.
 *
 * <p>{@code ConnectionStates}, {@code StreamSubscription} and {@code SubscriptionState} are internal: public only
 * because another package of the library uses them, and subject to change.
 */
@NullMarked
package io.walex.reactive.stream;

import org.jspecify.annotations.NullMarked;
