package io.walex.reactive.examples.quickstart;

import io.walex.reactive.WalEx;
import io.walex.reactive.error.SnapshotException;
import io.walex.reactive.snapshot.BackfillSpec;
import java.util.List;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The backfills that were asked for, beside the stream. One that fails is told, and the stream goes on. */
final class Backfills {

    private final List<BackfillSpec> specs;
    private final Consumer<String> teller;
    private volatile boolean failed;

    Backfills(List<BackfillSpec> specs, Consumer<String> teller) {
        this.specs = specs;
        this.teller = teller;
    }

    /** Starts them when the stream is there; never fails. */
    Mono<Void> run(WalEx stream) {
        return stream.awaitStreaming()
                .thenMany(Flux.fromIterable(specs))
                .flatMap(spec -> run(stream, spec), Math.max(1, specs.size()))
                // What ends the stream is told there.
                .onErrorComplete()
                .then();
    }

    private Mono<Void> run(WalEx stream, BackfillSpec spec) {
        return Mono.defer(() -> stream.backfill(spec).completed()).onErrorResume(SnapshotException.class, error -> {
            failed = true;
            teller.accept(String.valueOf(error.getMessage()));
            return Mono.empty();
        });
    }

    boolean anyFailed() {
        return failed;
    }
}
