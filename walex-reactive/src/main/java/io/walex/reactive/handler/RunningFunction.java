package io.walex.reactive.handler;

import io.walex.reactive.event.Event;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A function within one run. With keys, each key has its lane of width one, shared by keys of the same hash. */
final class RunningFunction {

    private final EventFunction function;
    private final Scheduler threads;
    private final List<Lane> lanes;

    RunningFunction(EventFunction function, Scheduler threads) {
        this.function = function;
        this.threads = threads;
        this.lanes = function.key() == null
                ? List.of(new Lane(function.concurrency()))
                : Stream.generate(() -> new Lane(1))
                        .limit(function.concurrency())
                        .toList();
    }

    Mono<Void> submit(Event event) {
        List<Event> events = List.of(event);
        Mono<Void> work = function.attempts()
                .run(function.name(), events, () -> function.body().apply(event), threads);
        Function<Event, ?> key = function.key();
        if (key == null) {
            return lanes.get(0).submit(work);
        }
        int hash;
        try {
            hash = Objects.hashCode(key.apply(event));
        } catch (Throwable e) {
            return failed(events, Attempts.failure(e));
        }
        return lanes.get(Math.floorMod(hash, lanes.size())).submit(work);
    }

    private Mono<Void> failed(List<Event> events, Throwable error) {
        return function.attempts().failed(new FailedEvents(function.name(), events, error), threads);
    }
}
