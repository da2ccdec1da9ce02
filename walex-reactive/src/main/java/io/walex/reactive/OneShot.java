package io.walex.reactive;

import io.walex.reactive.config.DriverConfiguration;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.failure.Failures;
import io.walex.reactive.server.ServerConnection;
import java.time.Duration;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/** Does something on the server, on a connection and an event loop of its own. */
final class OneShot {

    private OneShot() {}

    static <T> Mono<T> run(WalExConfig config, Function<ServerConnection, Mono<T>> work) {
        return Mono.usingWhen(
                        Mono.fromSupplier(() -> LoopResources.create("walex-" + config.name(), 1, true)),
                        loop -> ServerConnection.use(DriverConfiguration.connector(() -> config, loop), work),
                        loop -> loop.disposeLater(Duration.ZERO, Duration.ofSeconds(1)))
                .onErrorMap(
                        error -> Failures.translate(error, config, config.slot().toString()));
    }
}
