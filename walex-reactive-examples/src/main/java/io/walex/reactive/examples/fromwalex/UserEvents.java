package io.walex.reactive.examples.fromwalex;

import static io.walex.reactive.event.EventFilters.unwatchedFields;
import static io.walex.reactive.event.EventFilters.unwatchedRecords;

import io.walex.reactive.event.Event;
import io.walex.reactive.handler.EventFunction;
import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.handler.HandlerRegistry;
import io.walex.reactive.handler.HandlerSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Shown in {@code docs/from-walex.md}; {@code FromWalExTests} compares. */
final class UserEvents implements HandlerModule {

    private static final Logger LOG = LoggerFactory.getLogger(UserEvents.class);

    private final HandlerSpec filters = HandlerSpec.create()
            .filter(unwatchedRecords(Map.of("event_subscribe", false)))
            .filter(unwatchedFields("event_id", "updated_at", "todos_count"));

    @Override
    public void register(HandlerRegistry<?> on) {
        on.onEvent("*", this::log)
                .onEvent("user", this::log)
                .onInsert("user", this::log)
                .onUpdate("user", filters, this::log)
                .onDelete("user", this::log);

        on.onInsert(
                "user",
                filters.functions(
                        EventFunction.of("send_welcome_email", this::sendWelcomeEmail)
                                .retry(Retry.backoff(5, Duration.ofSeconds(1))),
                        EventFunction.of("add_to_crm", this::addToCrm).concurrency(4),
                        EventFunction.of("clear_cache", this::clearCache)),
                this::log);
    }

    private Mono<Void> log(List<Event> events) {
        return Mono.fromRunnable(() -> LOG.info("{}", events));
    }

    private Mono<Void> sendWelcomeEmail(Event user) {
        return Mono.empty();
    }

    private Mono<Void> addToCrm(Event user) {
        return Mono.empty();
    }

    private Mono<Void> clearCache(Event user) {
        return Mono.empty();
    }
}
