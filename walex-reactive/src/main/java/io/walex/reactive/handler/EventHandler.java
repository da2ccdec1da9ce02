package io.walex.reactive.handler;

import io.walex.reactive.event.Event;
import java.util.List;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * Handles a table's events of one transaction.
 *
 * <p>Called on a thread that may block, one call at a time, in commit order. The events are done with when the returned
 * publisher completes; what it emits is ignored. All events of the call count as failed when the handler throws or
 * returns null, and when the publisher fails or does not complete in time.
 */
@FunctionalInterface
public interface EventHandler {

    /**
     * Handles the events.
     *
     * @param events at least one, in the order of their changes, all of one transaction
     */
    Publisher<?> handle(List<Event> events);

    /** Handles single events, one after the other. After a failure, the rest of the call is left out. */
    static EventHandler each(Function<Event, ? extends Publisher<?>> handler) {
        return events -> Flux.fromIterable(events).concatMap(handler, 0);
    }
}
