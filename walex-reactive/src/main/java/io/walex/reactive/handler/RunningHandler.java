package io.walex.reactive.handler;

import io.walex.reactive.event.Event;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A handler within one run: calls come one at a time, in commit order, whichever transactions they belong to. */
final class RunningHandler {

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

    /** The events of one transaction that this handler has not been given yet. */
    final class Batch {

        private final List<Event> events = new ArrayList<>();

        /** Takes the event if it is for the handler; returns the work that is due before the next event, null for none. */
        @Nullable
        Mono<Void> offer(Event event) {
            Event seen;
            try {
                seen = registration.view(event);
            } catch (RuntimeException e) {
                return registration
                        .spec
                        .attempts()
                        .failed(new FailedEvents(registration.name, List.of(event), e), threads);
            }
            if (seen == null) {
                return null;
            }
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
