package io.walex.reactive.handler;

import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Counts the work that has begun, and takes none any more once it is to drain. */
final class WorkInFlight {

    private final Sinks.Empty<Void> drained = Sinks.empty();
    private int count;
    private boolean draining;

    /** The work when it is subscribed to before the drain; afterwards nothing. */
    Mono<Void> include(Mono<Void> work) {
        return Mono.defer(() -> begin() ? work.doFinally(signal -> end()) : Mono.empty());
    }

    /** Takes no more, and completes when all that has begun has ended. */
    Mono<Void> drain() {
        boolean idle;
        synchronized (this) {
            draining = true;
            idle = count == 0;
        }
        if (idle) {
            drained.tryEmitEmpty();
        }
        return drained.asMono();
    }

    private synchronized boolean begin() {
        if (draining) {
            return false;
        }
        count++;
        return true;
    }

    private void end() {
        boolean last;
        synchronized (this) {
            count--;
            last = draining && count == 0;
        }
        if (last) {
            drained.tryEmitEmpty();
        }
    }
}
