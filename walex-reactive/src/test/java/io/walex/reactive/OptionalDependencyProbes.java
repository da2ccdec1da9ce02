package io.walex.reactive;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventJson;
import io.walex.reactive.event.TestEvents;
import io.walex.reactive.handler.Handlers;
import io.walex.reactive.spool.DiskSpool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** What {@link OptionalDependenciesTests} runs in a class loader of its own. */
final class OptionalDependencyProbes {

    private OptionalDependencyProbes() {}

    /** The front door as far as it goes without a server: nothing listens on port 1. */
    public static final class Core implements Callable<String> {

        @Override
        public String call() {
            WalExConfig config = WalExConfig.fromUrl("postgresql://walex@localhost:1/none")
                    .publication("events")
                    .subscribe("user")
                    .retry(Retry.max(0))
                    .build();
            Handlers handlers =
                    Handlers.builder().onInsert("user", events -> Mono.empty()).build();
            Event event = TestEvents.table("user").key("id", "int4").build().insert(1);
            try (WalEx walex = WalEx.create(config)) {
                Throwable unreachable = walex.changes()
                        .then(Mono.<Throwable>empty())
                        .onErrorResume(Mono::just)
                        .block(Duration.ofSeconds(20));
                Throwable same = handlers.run(walex)
                        .then(Mono.<Throwable>empty())
                        .onErrorResume(Mono::just)
                        .block(Duration.ofSeconds(20));
                return String.join(" ", nameOf(unreachable), nameOf(same), EventJson.toJson(event));
            }
        }

        private static String nameOf(Throwable error) {
            return error.getClass().getSimpleName();
        }
    }

    /** A spool is configured. */
    public static final class Spool implements Callable<DiskSpool> {

        @Override
        public DiskSpool call() {
            return DiskSpool.in(Path.of("spool"));
        }
    }
}
