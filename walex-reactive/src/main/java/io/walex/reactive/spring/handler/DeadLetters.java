package io.walex.reactive.spring.handler;

import io.walex.reactive.handler.FailedEvents;
import org.reactivestreams.Publisher;

/** Takes over events that a handler could not handle. */
@FunctionalInterface
public interface DeadLetters {

    /**
     * Takes the events over. They count as handled when the publisher completes. If it fails, the run stops.
     *
     * <p>Called on a thread that may block.
     */
    Publisher<?> take(FailedEvents failed);
}
