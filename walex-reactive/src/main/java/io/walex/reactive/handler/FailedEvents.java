package io.walex.reactive.handler;

import io.walex.reactive.event.Event;
import java.util.List;

/**
 * Events that a handler or function could not handle, after all its retries.
 *
 * @param handler its name, such as {@code onInsert user} or {@code send_welcome_email}
 * @param events the events of the failed call, whether or not some of them were handled
 * @param cause the last failure
 */
public record FailedEvents(String handler, List<Event> events, Throwable cause) {

    public FailedEvents {
        events = List.copyOf(events);
    }

    /** The handler, the events' positions and the cause, without any row's values. */
    @Override
    public String toString() {
        Event first = events.get(0);
        String which = events.size() == 1
                ? first.toString()
                : "%d events from %s to %s".formatted(events.size(), first, events.get(events.size() - 1));
        return "\"%s\" failed on %s: %s".formatted(handler, which, cause);
    }
}
