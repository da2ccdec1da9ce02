package io.walex.reactive.stream;

import io.walex.reactive.config.StreamListener;
import io.walex.reactive.stream.ConnectionState.Stopped;
import io.walex.reactive.stream.ConnectionState.Streaming;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Tells what state the subscriptions of one instance are in. */
public final class ConnectionStates {

    private final @Nullable StreamListener listener;
    private final Sinks.Many<ConnectionState> latest = Sinks.many().replay().latest();
    private final Sinks.Many<ConnectionState> live = Sinks.many().multicast().directBestEffort();
    private final Sinks.Empty<Void> closed = Sinks.empty();
    private final Queue<ConnectionState> unpublished = new ConcurrentLinkedQueue<>();
    private final AtomicInteger publishing = new AtomicInteger();
    private final Set<Integer> running = ConcurrentHashMap.newKeySet();
    private final Set<Integer> streaming = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Stopped lastStopped;

    public ConnectionStates() {
        this(null);
    }

    /**
     * The same.
     *
     * @param listener told of all states, one at a time; null for nobody
     */
    public ConnectionStates(@Nullable StreamListener listener) {
        this.listener = GuardedListener.of(listener);
    }

    void started(int subscription) {
        running.add(subscription);
    }

    /** Takes a state that {@link #publish} hands on; those of one subscription one after the other. */
    void add(ConnectionState state) {
        if (state instanceof Streaming) {
            streaming.add(state.subscription());
        } else if (!isBeside(state)) {
            streaming.remove(state.subscription());
        }
        if (state instanceof Stopped stopped) {
            lastStopped = stopped;
            running.remove(state.subscription());
        }
        unpublished.add(state);
    }

    /** Says nothing of how the subscription is connected. */
    private static boolean isBeside(ConnectionState state) {
        return state instanceof ConnectionState.Snapshotting
                || state instanceof ConnectionState.Paused
                || state instanceof ConnectionState.Continued;
    }

    /** One streams no more, which {@link Stopped} tells when its subscriber has been told. */
    void ended(int subscription) {
        streaming.remove(subscription);
    }

    /** One thread at a time hands on the states of all, so that a slow listener holds up none but that one. */
    void publish() {
        if (publishing.getAndIncrement() != 0) {
            return;
        }
        do {
            for (ConnectionState state = unpublished.poll(); state != null; state = unpublished.poll()) {
                latest.tryEmitNext(state);
                live.tryEmitNext(state);
                if (listener != null) {
                    tell(listener, state);
                }
            }
        } while (publishing.decrementAndGet() != 0);
    }

    private static void tell(StreamListener listener, ConnectionState state) {
        int subscription = state.subscription();
        if (state instanceof Streaming streaming) {
            listener.onStreaming(subscription, streaming.slot());
        } else if (state instanceof ConnectionState.StandingBy standingBy) {
            listener.onStandingBy(subscription, standingBy.slot());
        } else if (state instanceof ConnectionState.Reconnecting reconnecting) {
            listener.onReconnecting(subscription, reconnecting.because());
        } else if (state instanceof ConnectionState.Resumed resumed) {
            listener.onGap(subscription, resumed.gap());
        } else if (state instanceof ConnectionState.TakenOver takenOver) {
            listener.onTakenOver(subscription, takenOver.after(), takenOver.until());
        } else if (state instanceof ConnectionState.Paused) {
            listener.onPaused(subscription);
        } else if (state instanceof ConnectionState.Continued) {
            listener.onContinued(subscription);
        } else if (state instanceof Stopped stopped) {
            listener.onStopped(subscription, stopped.because());
        }
    }

    public void close() {
        closed.tryEmitEmpty();
    }

    public Flux<ConnectionState> states() {
        return latest.asFlux();
    }

    public Mono<Void> awaitStreaming() {
        return Flux.merge(
                        live.asFlux().concatMap(this::isStreaming),
                        closed.asMono().then(Mono.error(ConnectionStates::ended)),
                        Mono.defer(this::isStreaming))
                .next()
                .then();
    }

    private Mono<Boolean> isStreaming(ConnectionState state) {
        if (state instanceof Stopped stopped && stopped.because() != null) {
            return Mono.error(stopped.because());
        }
        return state instanceof Streaming ? Mono.just(true) : isStreaming();
    }

    /** Empty while one may come to stream: one is on its way, or none was ever subscribed to. */
    private Mono<Boolean> isStreaming() {
        if (!streaming.isEmpty()) {
            return Mono.just(true);
        }
        Stopped stopped = lastStopped;
        if (stopped == null || !running.isEmpty()) {
            return Mono.empty();
        }
        return Mono.error(stopped.because() == null ? ended() : stopped.because());
    }

    private static CancellationException ended() {
        return new CancellationException(
                "No stream is running: the last was cancelled or closed; subscribe to another");
    }
}
