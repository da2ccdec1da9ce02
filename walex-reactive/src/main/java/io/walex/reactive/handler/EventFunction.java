package io.walex.reactive.handler;

import io.walex.reactive.event.Event;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.util.retry.Retry;

/**
 * Runs for each event that passes a handler's filters, beside the handler: up to {@link #concurrency} at a time, in no
 * order unless {@link #orderedBy} gives one. Called on a thread that may block. Immutable: every method returns a
 * changed copy.
 */
public final class EventFunction {

    static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(1);

    private final String name;
    private final Function<Event, ? extends Publisher<?>> body;
    private final int concurrency;
    private final @Nullable Function<Event, ?> key;
    private final Attempts attempts;

    private EventFunction(
            String name,
            Function<Event, ? extends Publisher<?>> body,
            int concurrency,
            @Nullable Function<Event, ?> key,
            Attempts attempts) {
        this.name = name;
        this.body = body;
        this.concurrency = concurrency;
        this.key = key;
        this.attempts = attempts;
    }

    /**
     * Names a function.
     *
     * @param name tells it apart in errors and dead letters
     * @param body returns when the event is done with; see {@link EventHandler} for what counts as failure
     */
    public static EventFunction of(String name, Function<Event, ? extends Publisher<?>> body) {
        return new EventFunction(
                Objects.requireNonNull(name, "name"),
                Objects.requireNonNull(body, "body"),
                16,
                null,
                Attempts.once(DEFAULT_TIMEOUT));
    }

    /**
     * How many events it works on at a time; 16 by default. Events come from up to {@link
     * Handlers.Builder#transactionsInFlight} transactions.
     */
    public EventFunction concurrency(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("concurrency must be at least 1, was " + value);
        }
        return new EventFunction(name, body, value, key, attempts);
    }

    /**
     * Events with equal keys run one at a time, in commit order. Events with different keys still run up to {@link
     * #concurrency} at a time. A null key is a key. Keys are made on the stream's event loop, so the function must not
     * block. Example: {@code orderedBy(event -> event.source().table())}.
     */
    public EventFunction orderedBy(Function<Event, ?> value) {
        return new EventFunction(name, body, concurrency, Objects.requireNonNull(value, "key"), attempts);
    }

    /** Whether and when an event is tried again; never by default. */
    public EventFunction retry(Retry value) {
        return new EventFunction(name, body, concurrency, key, attempts.retry(value));
    }

    /** How long one attempt may take, from the moment at which it has a thread; 1 minute by default. */
    public EventFunction timeout(Duration value) {
        return new EventFunction(name, body, concurrency, key, attempts.timeout(value));
    }

    /** What happens to an event after the last attempt; {@link FailurePolicy#stop()} by default. */
    public EventFunction whenFailing(FailurePolicy value) {
        return new EventFunction(name, body, concurrency, key, attempts.whenFailing(value));
    }

    String name() {
        return name;
    }

    Function<Event, ? extends Publisher<?>> body() {
        return body;
    }

    int concurrency() {
        return concurrency;
    }

    @Nullable
    Function<Event, ?> key() {
        return key;
    }

    Attempts attempts() {
        return attempts;
    }
}
