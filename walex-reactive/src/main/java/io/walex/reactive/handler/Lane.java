package io.walex.reactive.handler;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Lets so many pieces of work run at a time, in the order in which they were submitted. What failed keeps its place: the
 * run is over then, and nothing behind it may start.
 */
final class Lane {

    private final Queue<Sinks.Empty<Void>> waiting = new ArrayDeque<>();
    private final AtomicInteger left = new AtomicInteger();
    private int free;

    Lane(int width) {
        free = width;
    }

    /** Takes a place in the order now; the work starts when the result is subscribed to and its turn has come. */
    Mono<Void> submit(Mono<Void> work) {
        return turn().then(work).doOnSuccess(done -> leave());
    }

    private synchronized Mono<Void> turn() {
        if (free > 0) {
            free--;
            return Mono.empty();
        }
        Sinks.Empty<Void> turn = Sinks.empty();
        waiting.add(turn);
        return turn.asMono();
    }

    /** One after the other: where work runs on the thread that gives it its turn, its end comes within this. */
    private void leave() {
        if (left.getAndIncrement() > 0) {
            return;
        }
        do {
            Sinks.Empty<Void> next = next();
            if (next != null) {
                next.tryEmitEmpty();
            }
        } while (left.decrementAndGet() > 0);
    }

    private synchronized Sinks.@Nullable Empty<Void> next() {
        Sinks.Empty<Void> next = waiting.poll();
        if (next == null) {
            free++;
        }
        return next;
    }
}
