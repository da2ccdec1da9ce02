package io.walex.reactive.handler;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A handler within one run: calls come one at a time, in commit order, whichever transactions they belong to. */
final class RunningHandler {

    /** For events whose columns nobody may see. */
    private static final EventColumns NO_COLUMNS = EventColumns.of("*").include();

    private final Registration registration;
    private final int chunkSize;
    private final Scheduler threads;
    private final Lane lane = new Lane(1);
    private final List<RunningFunction> functions;

    RunningHandler(Registration registration, int chunkSize, Scheduler threads) {
        this.registration = registration;
        this.chunkSize = registration.spec.chunkSizeOr(chunkSize);
        this.threads = threads;
        this.functions = registration.spec.functions().stream()
                .map(function -> new RunningFunction(function, threads))
                .toList();
    }

    /** Starts collecting a transaction's events. */
    Batch batch() {
        return new Batch();
    }

    private Mono<Void> submit(List<Event> events) {
        List<Mono<Void>> work = new ArrayList<>();
        EventHandler handler = registration.handler;
        if (handler != null) {
            work.add(lane.submit(registration
                    .spec
                    .attempts()
                    .run(registration.name, events, () -> handler.handle(events), threads)));
        }
        for (Event event : events) {
            functions.forEach(function -> work.add(function.submit(event)));
        }
        return work.size() == 1 ? work.get(0) : Mono.when(work);
    }

    /** What is done with the event as the handler sees it. One that cannot be shown so goes nowhere: the run stops. */
    private @Nullable Mono<Void> shown(Event event, Function<Event, @Nullable Mono<Void>> next) {
        Event seen;
        try {
            seen = registration.spec.shown(event);
        } catch (Throwable e) {
            return Attempts.stop(
                    new FailedEvents(registration.name, List.of(NO_COLUMNS.view(event)), Attempts.failure(e)));
        }
        return next.apply(seen);
    }

    private Mono<Void> failed(Event event, Throwable error) {
        return registration.spec.attempts().failed(new FailedEvents(registration.name, List.of(event), error), threads);
    }

    /** The events of one transaction that this handler has not been given yet. */
    final class Batch {

        private final List<Event> events = new ArrayList<>();

        /** Takes the event if it is for the handler; returns the work that is due before the next event, null for none. */
        @Nullable
        Mono<Void> offer(Event event) {
            boolean accepted;
            try {
                accepted = registration.accepts(event);
            } catch (Throwable e) {
                return shown(event, seen -> failed(seen, Attempts.failure(e)));
            }
            return accepted ? shown(event, this::take) : null;
        }

        private @Nullable Mono<Void> take(Event seen) {
            events.add(seen);
            return events.size() < chunkSize ? null : flush();
        }

        /** The work for what was collected. */
        Mono<Void> flush() {
            if (events.isEmpty()) {
                return Mono.empty();
            }
            List<Event> chunk = List.copyOf(events);
            events.clear();
            return submit(chunk);
        }
    }
}
