package io.walex.reactive.handler;

import java.util.Objects;
import java.util.function.Function;
import org.reactivestreams.Publisher;

/** What happens to events that keep failing. They are never dropped silently. */
public sealed interface FailurePolicy permits FailurePolicy.Stop, FailurePolicy.DeadLetter {

    /**
     * The run fails with a {@link HandlerFailedException}. The transaction is not acknowledged, so with a durable slot
     * the next run gets it again. This is the default.
     */
    static FailurePolicy stop() {
        return new Stop();
    }

    /**
     * The events go to the callback, and count as handled when its publisher completes. If the callback fails too, or
     * does not complete in time, the run stops. If the process has no memory left, which is no fault of the events, the
     * run stops at once.
     *
     * <p>The callback sees what the handler sees, with the same columns hidden and masked.
     */
    static FailurePolicy deadLetter(Function<FailedEvents, ? extends Publisher<?>> callback) {
        return new DeadLetter(Objects.requireNonNull(callback, "callback"));
    }

    /** See {@link #stop()}. */
    record Stop() implements FailurePolicy {}

    /** See {@link #deadLetter}. */
    record DeadLetter(Function<FailedEvents, ? extends Publisher<?>> callback) implements FailurePolicy {}
}
