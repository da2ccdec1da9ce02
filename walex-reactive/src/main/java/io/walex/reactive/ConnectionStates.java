package io.walex.reactive;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Tells what state the subscriptions of one instance are in. */
final class ConnectionStates {

    private static final Duration CONTENTION = Duration.ofSeconds(1);

    private final Sinks.Many<ConnectionState> latest = Sinks.many().replay().latest();
    private final Sinks.Many<ConnectionState> live = Sinks.many().multicast().directBestEffort();
    private final Set<Integer> streaming = ConcurrentHashMap.newKeySet();

    /** From any thread; states of one subscription come one after the other. */
    void tell(ConnectionState state) {
        if (state instanceof ConnectionState.Streaming) {
            streaming.add(state.subscription());
        } else {
            streaming.remove(state.subscription());
        }
        latest.emitNext(state, Sinks.EmitFailureHandler.busyLooping(CONTENTION));
        live.emitNext(state, Sinks.EmitFailureHandler.busyLooping(CONTENTION));
    }

    Flux<ConnectionState> states() {
        return latest.asFlux();
    }

    Mono<Void> awaitStreaming() {
        Mono<Boolean> already = Mono.fromCallable(() -> streaming.isEmpty() ? null : true);
        return Flux.merge(live.asFlux().concatMap(ConnectionStates::isStreaming), already)
                .next()
                .then();
    }

    private static Mono<Boolean> isStreaming(ConnectionState state) {
        if (state instanceof ConnectionState.Stopped stopped && stopped.because() != null) {
            return Mono.error(stopped.because());
        }
        return state instanceof ConnectionState.Streaming ? Mono.just(true) : Mono.empty();
    }
}
