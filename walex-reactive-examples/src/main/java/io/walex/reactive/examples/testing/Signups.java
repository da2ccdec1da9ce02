package io.walex.reactive.examples.testing;

import static io.walex.reactive.event.EventFilters.table;
import static io.walex.reactive.event.EventFilters.type;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Row;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Welcomes new users. The pipeline and the handler take events, wherever these come from: {@code WalEx.changes(config)} and
 * {@code Handlers.builder().onUpdate("user", signups::moved)} in production, {@code TestEvents} in {@code SignupsTests}.
 */
final class Signups {

    private final Function<String, Mono<Void>> mail;

    Signups(Function<String, Mono<Void>> mail) {
        this.mail = mail;
    }

    /** A user, as the columns of its table. */
    record User(int id, String name, @Nullable String email) {}

    /** The users that came, of those who can be written to. */
    static Flux<User> in(Flux<Event> changes) {
        return changes.filter(table("user"))
                .filter(type(EventType.INSERT))
                .map(event -> row(event).as(User.class))
                .filter(user -> user.email() != null);
    }

    /** Tells users of their new address. */
    Mono<Void> moved(List<Event> updated) {
        return Flux.fromIterable(updated)
                .filter(event -> event.changes().containsKey("email"))
                .map(event -> Objects.requireNonNull(row(event).getText("email")))
                .concatMap(mail)
                .then();
    }

    private static Row row(Event event) {
        return Objects.requireNonNull(event.newRecord());
    }
}
