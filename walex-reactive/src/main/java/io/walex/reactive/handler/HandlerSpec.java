package io.walex.reactive.handler;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventColumns;
import io.walex.reactive.event.EventFilters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.util.retry.Retry;

/** What a handler is given, and how it is run. Immutable: every method returns a changed copy. */
public final class HandlerSpec {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(1);
    private static final HandlerSpec PLAIN =
            new HandlerSpec(null, List.of(), List.of(), List.of(), 0, Attempts.once(DEFAULT_TIMEOUT));

    private final @Nullable String name;
    private final List<Predicate<Event>> filters;
    private final List<EventColumns> columns;
    private final List<EventFunction> functions;
    private final int chunkSize;
    private final Attempts attempts;

    private HandlerSpec(
            @Nullable String name,
            List<Predicate<Event>> filters,
            List<EventColumns> columns,
            List<EventFunction> functions,
            int chunkSize,
            Attempts attempts) {
        this.name = name;
        this.filters = filters;
        this.columns = columns;
        this.functions = functions;
        this.chunkSize = chunkSize;
        this.attempts = attempts;
    }

    /** All events, no functions. */
    public static HandlerSpec create() {
        return PLAIN;
    }

    /** Names the handler in errors, dead letters and logs; by default its method and table do. */
    public HandlerSpec name(String value) {
        return new HandlerSpec(Objects.requireNonNull(value, "name"), filters, columns, functions, chunkSize, attempts);
    }

    /**
     * Lets only these events through. An event must pass earlier filters as well. The filter sees all columns. It runs
     * on the stream's event loop, so it must not block.
     */
    public HandlerSpec filter(Predicate<Event> value) {
        List<Predicate<Event>> all = new ArrayList<>(filters);
        all.add(value);
        return new HandlerSpec(name, List.copyOf(all), columns, functions, chunkSize, attempts);
    }

    /**
     * What of the events is shown to the handler, its functions, and the dead-letter callback. If a column that is
     * named has gone, an event cannot be shown like that. It stops the run then, whatever {@link #whenFailing} says.
     */
    public HandlerSpec columns(EventColumns value) {
        List<EventColumns> all = new ArrayList<>(columns);
        all.add(value);
        return new HandlerSpec(name, filters, List.copyOf(all), functions, chunkSize, attempts);
    }

    /** Runs these for each event as well. */
    public HandlerSpec functions(EventFunction... values) {
        List<EventFunction> all = new ArrayList<>(functions);
        all.addAll(Arrays.asList(values));
        return new HandlerSpec(name, filters, columns, List.copyOf(all), chunkSize, attempts);
    }

    /** How many events one call gets at most; that of {@link Handlers.Builder#chunkSize} by default. */
    public HandlerSpec chunkSize(int value) {
        return new HandlerSpec(name, filters, columns, functions, Handlers.positive("chunkSize", value), attempts);
    }

    /** Whether and when a call is repeated, with the same events; never by default. */
    public HandlerSpec retry(Retry value) {
        return new HandlerSpec(name, filters, columns, functions, chunkSize, attempts.retry(value));
    }

    /** How long one call may take, from the moment at which it has a thread; 1 minute by default. */
    public HandlerSpec timeout(Duration value) {
        return new HandlerSpec(name, filters, columns, functions, chunkSize, attempts.timeout(value));
    }

    /** What happens to events after the last attempt; {@link FailurePolicy#stop()} by default. */
    public HandlerSpec whenFailing(FailurePolicy value) {
        return new HandlerSpec(name, filters, columns, functions, chunkSize, attempts.whenFailing(value));
    }

    String nameOr(String byDefault) {
        return name == null ? byDefault : name;
    }

    List<Predicate<Event>> filters() {
        return filters;
    }

    List<EventColumns> columns() {
        return columns;
    }

    List<EventFunction> functions() {
        return functions;
    }

    int chunkSizeOr(int byDefault) {
        return chunkSize == 0 ? byDefault : chunkSize;
    }

    Attempts attempts() {
        return attempts;
    }

    /** Whether the filters let the event through. */
    boolean accepts(Event event) {
        for (Predicate<Event> filter : filters) {
            if (!EventFilters.passes(filter, event)) {
                return false;
            }
        }
        return true;
    }

    /** The event as the handler sees it. */
    Event shown(Event event) {
        Event seen = event;
        for (EventColumns each : columns) {
            seen = each.view(seen);
        }
        return seen;
    }
}
