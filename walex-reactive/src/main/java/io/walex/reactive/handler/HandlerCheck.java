package io.walex.reactive.handler;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.EventColumns;
import io.walex.reactive.event.EventFilters;
import io.walex.reactive.event.Expectation;
import io.walex.reactive.event.PublishedTables;
import io.walex.reactive.event.TablePattern;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;

/** Finds handlers that no event can reach, and columns that no table has. A table may still be published later. */
record HandlerCheck(WalEx walex, Handlers handlers) implements Expectation {

    @Override
    public List<String> check(PublishedTables published) {
        Tables tables = new Tables(walex.config(), published);
        Set<String> warnings = new LinkedHashSet<>();
        for (Registration registration : handlers.registrations()) {
            String handler = "Handler \"" + registration.name + "\"";
            tables.unreachable(registration).ifPresent(reason -> warnings.add(handler + " gets nothing: " + reason));
            tables.unreachableOfFilters(registration)
                    .forEach(reason -> warnings.add(handler + " has a filter that names what cannot come: " + reason));
            for (EventColumns columns : registration.spec.columns()) {
                columns(handler, columns, published).forEach(reason -> warnings.add(handler + ": " + reason));
            }
        }
        return List.copyOf(warnings);
    }

    @Override
    public Collection<TablePattern> looksAtColumnsOf() {
        return handlers.registrations().stream()
                .flatMap(registration -> registration.spec.columns().stream())
                .flatMap(columns -> columns.checked().stream())
                .toList();
    }

    @Override
    public Flux<?> changes() {
        return handlers.changes();
    }

    private static List<String> columns(String handler, EventColumns columns, PublishedTables published) {
        try {
            return columns.check(published);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(handler + ": " + e.getMessage(), e);
        }
    }

    /** The tables that can come, and those of them that were asked for. */
    private record Tables(WalExConfig config, PublishedTables published) {

        Optional<String> unreachable(Registration registration) {
            TablePattern table = registration.table;
            if (table == null) {
                return config.messages()
                        ? Optional.empty()
                        : Optional.of("logical messages are off; set messages(true)");
            }
            return unreachable(table);
        }

        Stream<String> unreachableOfFilters(Registration registration) {
            return registration.spec.filters().stream()
                    .flatMap(filter -> EventFilters.tablesOf(filter).stream())
                    .flatMap(named -> unreachable(named).stream());
        }

        private Optional<String> unreachable(TablePattern table) {
            return published.missing(table).or(() -> unsubscribed(table));
        }

        private Optional<String> unsubscribed(TablePattern table) {
            List<TablePattern> subscribed =
                    config.subscriptions().stream().map(TablePattern::parse).toList();
            return published.anyMatch(table, subscribed)
                    ? Optional.empty()
                    : Optional.of("\"%s\" is not among the subscriptions %s".formatted(table, config.subscriptions()));
        }
    }
}
