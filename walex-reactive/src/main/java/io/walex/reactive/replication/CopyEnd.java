package io.walex.reactive.replication;

import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** How the server ends its side of a copy: with CopyDone, and with being ready for another command after it. */
final class CopyEnd {

    private final Sinks.Empty<Void> copyDone = Sinks.empty();
    private final Sinks.Empty<Void> released = Sinks.empty();

    /** The server sends no more changes. */
    void copyDone() {
        copyDone.tryEmitEmpty();
    }

    /** The server is ready for another command, or the connection is closed: nobody holds the slot any more. */
    void released() {
        copyDone.tryEmitEmpty();
        released.tryEmitEmpty();
    }

    /**
     * Emits whether the server has let go of the slot, or false when the time is up; never fails.
     *
     * @param asked asks the server to end the copy
     * @param patience how long the server may finish a transaction that it is sending
     */
    Mono<Boolean> after(Mono<Void> asked, Duration patience) {
        // The server answers in order: its CopyDone says that it has read the status update before ours.
        return asked.then(copyDone.asMono())
                .then(released.asMono().timeout(patience))
                .thenReturn(true)
                .timeout(patience.multipliedBy(2))
                .onErrorReturn(false);
    }
}
