package io.walex.reactive.handler;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.SampleEvents;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class AttemptsTests {

    private static final List<Event> EVENTS = List.of(SampleEvents.insert("todo", 1, 1));
    private static final Duration BUSY = Duration.ofHours(1);

    /** By threads that have time in an hour. */
    private static Mono<Void> runInAMinute(Mono<Void> code) {
        return Attempts.once(Duration.ofMinutes(1))
                .run(
                        "send",
                        EVENTS,
                        () -> code,
                        Schedulers.fromExecutor(
                                task -> Schedulers.parallel().schedule(task, BUSY.toSeconds(), TimeUnit.SECONDS)));
    }

    @Test
    void timeBeginsWhenTheCodeDoes() {
        Duration time = Duration.ofSeconds(59);

        StepVerifier.withVirtualTime(() -> runInAMinute(Mono.delay(time).then()))
                .expectSubscription()
                .expectNoEvent(BUSY)
                .thenAwait(time)
                .verifyComplete();
    }

    @Test
    void whatDoesNotCompleteInTimeFails() {
        StepVerifier.withVirtualTime(() -> runInAMinute(Mono.never()))
                .expectSubscription()
                .expectNoEvent(BUSY)
                .thenAwait(Duration.ofMinutes(1))
                .verifyErrorMatches(error -> error.getCause() instanceof TimeoutException);
    }

    @Test
    void whatIsNoFaultOfTheEventsStopsTheRun() {
        Attempts attempts =
                Attempts.once(Duration.ofMinutes(1)).whenFailing(FailurePolicy.deadLetter(e -> Mono.empty()));

        StepVerifier.create(attempts.run(
                        "send",
                        EVENTS,
                        () -> {
                            throw new OutOfMemoryError("Java heap space");
                        },
                        Schedulers.immediate()))
                .verifyErrorMatches(error -> error instanceof HandlerFailedException
                        && error.getMessage().contains("It threw java.lang.OutOfMemoryError: Java heap space"));
    }
}
