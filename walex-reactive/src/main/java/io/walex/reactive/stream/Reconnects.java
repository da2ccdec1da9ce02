package io.walex.reactive.stream;

import io.walex.reactive.error.AuthenticationException;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.setup.SlotHolders;
import java.time.Duration;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.ContextView;
import reactor.util.retry.Retry;

/**
 * When a stream that failed is made again: at the times of the user's {@link Retry}, which sees only failures that another
 * attempt can mend and counts from the last time the stream ran; a slot that is in use is tried again soon.
 *
 * <p>Confined to the subscription's event loop.
 */
final class Reconnects {

    /** A stream that ran so long, or delivered something, was a success: the next failure is a first one. */
    private static final Duration SUCCESS = Duration.ofSeconds(1);

    /** A password may be changed on the server first, or here. */
    private static final int REFUSED_LOGINS = 5;

    /**
     * How long a connection that breaks before the stream has run or stood by once is made again: a server that starts may
     * need that long, and behind an address or a set-up that is wrong it would break for ever.
     */
    static final Duration START = Duration.ofSeconds(30);

    private final Retry policy;
    private final Predicate<Throwable> retryable;
    private final Scheduler scheduler;
    private long streamingSince = Long.MAX_VALUE;
    private long total;
    private long inARow;
    private int refusedLogins;
    private boolean joined;
    private long brokenSince = Long.MAX_VALUE;

    Reconnects(Retry policy, Predicate<Throwable> retryable, Scheduler scheduler) {
        this.policy = policy;
        this.retryable = retryable;
        this.scheduler = scheduler;
    }

    void streaming() {
        streamingSince = now();
        refusedLogins = 0;
    }

    /** It has streamed, or stood by: what fails from now on is an outage. */
    void joined() {
        joined = true;
    }

    /** The companion of {@code retryWhen}. Fails with the failure itself when there is no other attempt. */
    Flux<?> companion(Flux<Retry.RetrySignal> failures) {
        return Flux.defer(() -> {
            Sinks.Many<Retry.RetrySignal> toPolicy = Sinks.many().unicast().onBackpressureBuffer();
            Flux<Signal<Object>> soon =
                    failures.concatMap(signal -> decide(signal, toPolicy)).map(Signal::next);
            // The policy's completion, which ends the stream, must end the merge too.
            Flux<? extends Signal<?>> later =
                    Flux.from(policy.generateCompanion(toPolicy.asFlux())).materialize();
            return Flux.merge(soon, later).dematerialize();
        });
    }

    /** What a failure of the policy means: when it gave up, the failure that it gave up on. */
    static Throwable cause(Throwable error) {
        Throwable cause = error.getCause();
        return Exceptions.isRetryExhausted(error) && cause != null ? cause : error;
    }

    private Publisher<Object> decide(Retry.RetrySignal signal, Sinks.Many<Retry.RetrySignal> toPolicy) {
        Throwable failure = signal.failure();
        if (!retryable.test(failure)) {
            return Mono.error(failure);
        }
        if (failure instanceof SlotInUseException) {
            return Mono.delay(SlotHolders.POLL, scheduler).cast(Object.class);
        }
        if (failure instanceof AuthenticationException && ++refusedLogins > REFUSED_LOGINS) {
            return Mono.error(failure);
        }
        if (!joined && isStartOverdue()) {
            return Mono.error(failure);
        }
        boolean ran = streamingSince != Long.MAX_VALUE && now() - streamingSince >= SUCCESS.toMillis();
        inARow = ran || signal.totalRetriesInARow() == 0 ? 0 : inARow + 1;
        streamingSince = Long.MAX_VALUE;
        toPolicy.tryEmitNext(new Attempt(total++, inARow, failure, signal.retryContextView()));
        return Mono.empty();
    }

    private boolean isStartOverdue() {
        brokenSince = Math.min(brokenSince, now());
        return now() - brokenSince >= START.toMillis();
    }

    private long now() {
        return scheduler.now(java.util.concurrent.TimeUnit.MILLISECONDS);
    }

    private record Attempt(long totalRetries, long totalRetriesInARow, Throwable failure, ContextView retryContextView)
            implements Retry.RetrySignal {

        @Override
        public Retry.RetrySignal copy() {
            return this;
        }
    }
}
