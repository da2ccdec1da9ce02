package io.walex.reactive.examples.handlers;

import static io.walex.reactive.event.EventFilters.changed;
import static io.walex.reactive.event.EventFilters.where;

import io.walex.reactive.WalEx;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventColumns;
import io.walex.reactive.event.Mask;
import io.walex.reactive.handler.EventFunction;
import io.walex.reactive.handler.EventHandler;
import io.walex.reactive.handler.FailedEvents;
import io.walex.reactive.handler.FailurePolicy;
import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.handler.HandlerRegistry;
import io.walex.reactive.handler.HandlerSpec;
import io.walex.reactive.handler.Handlers;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Shown in {@code docs/handlers.md}; {@code HandlersPageTests} compares. */
abstract class UserHandlers {

    private final Mail mail;
    private final Crm crm;

    UserHandlers(Mail mail, Crm crm) {
        this.mail = mail;
        this.crm = crm;
    }

    /** Sends what users are to read. */
    interface Mail {

        Mono<Void> welcome(Event user);
    }

    /** Knows the customers. */
    interface Crm {

        Mono<Void> update(List<Event> users);

        Mono<Void> forget(List<Event> users);
    }

    abstract Mono<Void> store(FailedEvents failed);

    Mono<Void> run(WalEx walex) {
        Handlers handlers = Handlers.builder()
                .onInsert("user", EventHandler.each(user -> mail.welcome(user)))
                .onUpdate("user", HandlerSpec.create().filter(changed("email")), users -> crm.update(users))
                .onDelete("user", users -> crm.forget(users))
                .build();

        return handlers.run(walex);
    }

    Handlers fromTheBeginning() {
        return Handlers.builder()
                .onRead("user", users -> crm.update(users))
                .onInsert("user", users -> crm.update(users))
                .onUpdate("user", users -> crm.update(users))
                .onDelete("user", users -> crm.forget(users))
                .build();
    }

    HandlerSpec repeated() {
        return HandlerSpec.create()
                .timeout(Duration.ofSeconds(10))
                .retry(Retry.backoff(5, Duration.ofSeconds(1)))
                .whenFailing(FailurePolicy.deadLetter(failed -> store(failed)));
    }

    HandlerSpec filtered() {
        return HandlerSpec.create().filter(changed("email", "name")).filter(where("active", true));
    }

    HandlerSpec withFunctions() {
        return HandlerSpec.create()
                .functions(EventFunction.of("welcome_mail", user -> mail.welcome(user))
                        .concurrency(4)
                        .orderedBy(user -> user.source().table())
                        .retry(Retry.backoff(5, Duration.ofSeconds(1))));
    }

    HandlerSpec masked(String salt) {
        return HandlerSpec.create()
                .columns(EventColumns.of("user").exclude("password").mask("email", Mask.sha256(salt)));
    }

    Flux<Event> maskedStream(WalEx walex, String salt) {
        return walex.changes().transform(EventColumns.of("user").mask("email", Mask.sha256(salt)));
    }

    /** A module. */
    final class UserModule implements HandlerModule {

        @Override
        public void register(HandlerRegistry<?> on) {
            on.onUpdate("user", users -> crm.update(users)).onDelete("user", users -> crm.forget(users));
        }
    }

    void change(Handlers handlers, HandlerModule module, HandlerModule replacement) {
        handlers.add(module);
        handlers.replace(module, replacement);
        handlers.remove(replacement);
    }
}
