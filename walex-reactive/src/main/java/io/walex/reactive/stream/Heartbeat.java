package io.walex.reactive.stream;

import io.walex.reactive.server.Connector;
import io.walex.reactive.server.ServerConnection;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Writes a logical message to the database from time to time. */
final class Heartbeat {

    static final String PREFIX = "walex.heartbeat";

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    private final Mono<Void> beat;
    private final Duration interval;
    private final BooleanSupplier wanted;
    private final Scheduler scheduler;
    private boolean failing;

    /**
     * Sets a heartbeat up.
     *
     * @param wanted whether there is a stream that it keeps going
     */
    Heartbeat(Connector connector, Duration interval, BooleanSupplier wanted, Scheduler scheduler) {
        this.beat = ServerConnection.use(connector, server -> server.emitMessage(PREFIX));
        this.interval = interval;
        this.wanted = wanted;
        this.scheduler = scheduler;
    }

    /** Beats as long as it is subscribed to; never completes or fails. */
    Flux<Void> beats() {
        return Flux.interval(interval, scheduler)
                .filter(tick -> wanted.getAsBoolean())
                .onBackpressureDrop()
                .concatMap(tick -> beat.doOnSuccess(done -> failing = false).onErrorResume(this::warnOnce), 0);
    }

    private Mono<Void> warnOnce(Throwable error) {
        if (!failing) {
            LOG.warn("The heartbeat fails, and is tried again every {}: {}", interval, error.getMessage());
        }
        failing = true;
        return Mono.empty();
    }
}
