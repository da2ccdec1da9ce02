package io.walex.reactive.handler;

import io.walex.reactive.event.Event;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/**
 * How user code is tried: how long, how often, and what becomes of what keeps failing.
 *
 * @param timeout of one attempt
 * @param retry null for a single attempt
 */
record Attempts(Duration timeout, @Nullable Retry retry, FailurePolicy policy) {

    private static final Logger LOG = LoggerFactory.getLogger(Handlers.class);

    static Attempts once(Duration timeout) {
        return new Attempts(timeout, null, FailurePolicy.stop());
    }

    Attempts retry(Retry value) {
        return new Attempts(timeout, Objects.requireNonNull(value, "retry"), policy);
    }

    Attempts timeout(Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException("timeout must be positive, was " + value);
        }
        return new Attempts(value, retry, policy);
    }

    Attempts whenFailing(FailurePolicy value) {
        return new Attempts(timeout, retry, Objects.requireNonNull(value, "policy"));
    }

    /** Runs user code for the events until it succeeds or the policy has taken them over. */
    Mono<Void> run(
            String name, List<Event> events, Supplier<? extends @Nullable Publisher<?>> code, Scheduler threads) {
        Mono<Void> attempt = attempt(name, code, threads);
        Mono<Void> attempts = retry == null ? attempt : attempt.retryWhen(retry);
        return attempts.onErrorResume(error -> failed(new FailedEvents(name, events, cause(error)), threads));
    }

    private Mono<Void> attempt(String name, Supplier<? extends @Nullable Publisher<?>> code, Scheduler threads) {
        return signalled(Mono.defer(() -> {
                    Publisher<?> result = code.get();
                    return result == null
                            ? Mono.error(returnedNull(name))
                            : Flux.from(result).then();
                }))
                .timeout(
                        timeout,
                        Mono.error(() -> new TimeoutException(
                                "It did not complete within %s; make it complete, or raise its timeout"
                                        .formatted(timeout))))
                // Around the timeout: what waits for a thread has not begun.
                .subscribeOn(threads);
    }

    /**
     * Reactor throws some errors to the thread instead of signalling them, so that only the timeout would tell. One that is
     * thrown later, on another thread of the code's own, still shows as that.
     */
    private static Mono<Void> signalled(Mono<Void> code) {
        return new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Void> actual) {
                try {
                    code.subscribe(actual);
                } catch (Throwable e) {
                    actual.onError(failure(e));
                }
            }
        };
    }

    /** What user code threw, as something that operators pass on. */
    static Throwable failure(Throwable thrown) {
        return Exceptions.isJvmFatal(thrown) ? new IllegalStateException("It threw " + thrown, thrown) : thrown;
    }

    private static NullPointerException returnedNull(String name) {
        return new NullPointerException("\"" + name
                + "\" returned null instead of a Publisher; return Mono.empty() when there is nothing to wait for");
    }

    private static Throwable cause(Throwable error) {
        return Exceptions.isRetryExhausted(error) && error.getCause() != null
                ? error.getCause()
                : Exceptions.unwrap(error);
    }

    /** Hands events over to the policy. */
    Mono<Void> failed(FailedEvents failed, Scheduler threads) {
        if (!(policy instanceof FailurePolicy.DeadLetter deadLetter) || isOfTheProcess(failed.cause())) {
            return stop(failed);
        }
        LOG.debug("{}; it goes to the dead-letter callback", failed);
        return attempt(
                        "dead letter of " + failed.handler(),
                        () -> deadLetter.callback().apply(failed),
                        threads)
                .onErrorMap(error -> {
                    error.addSuppressed(failed.cause());
                    return new HandlerFailedException(
                            "%s; its dead-letter callback failed too: %s; the transaction is not acknowledged"
                                    .formatted(failed, error),
                            failed,
                            error);
                });
    }

    /** Without memory, whatever comes next would fail as well. */
    private static boolean isOfTheProcess(Throwable failure) {
        return failure.getCause() instanceof VirtualMachineError error && !(error instanceof StackOverflowError);
    }

    /** Ends the run. */
    static Mono<Void> stop(FailedEvents failed) {
        return Mono.error(
                new HandlerFailedException(failed + "; the transaction is not acknowledged", failed, failed.cause()));
    }
}
