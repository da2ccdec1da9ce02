package io.walex.reactive.handler;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.TablePattern;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One handler as it was registered; each is itself, even when it equals another. */
final class Registration {

    final String name;
    final @Nullable TablePattern table;
    final HandlerSpec spec;
    final @Nullable EventHandler handler;
    final @Nullable HandlerModule module;
    private final Predicate<Event> subject;

    Registration(
            String name,
            @Nullable TablePattern table,
            Predicate<Event> subject,
            HandlerSpec spec,
            @Nullable EventHandler handler,
            @Nullable HandlerModule module) {
        this.name = name;
        this.table = table;
        this.subject = subject;
        this.spec = spec;
        this.handler = handler;
        this.module = module;
    }

    static Predicate<Event> ofTable(TablePattern table, EventType type) {
        return event -> event.type() == type
                && table.matches(event.source().schema(), event.source().table());
    }

    static Predicate<Event> ofPrefix(String prefix) {
        return event -> event.type() == EventType.MESSAGE
                && (prefix.equals("*") || event.name().equals(prefix));
    }

    boolean accepts(Event event) {
        return subject.test(event) && spec.accepts(event);
    }
}
