package io.walex.reactive.handler;

import io.walex.reactive.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventColumns;
import io.walex.reactive.event.EventFilters;
import io.walex.reactive.event.Expectation;
import io.walex.reactive.event.PublishedTables;
import io.walex.reactive.event.TablePattern;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Finds handlers that no event can reach, and columns that no table has. A table may still be published later. */
record HandlerCheck(WalExConfig config, List<Registration> registrations) implements Expectation {

    @Override
    public List<String> check(PublishedTables published) {
        Set<String> warnings = new LinkedHashSet<>();
        for (Registration registration : registrations) {
            reasons(registration, published)
                    .forEach(reason ->
                            warnings.add("Handler \"%s\" gets nothing: %s".formatted(registration.name, reason)));
            for (EventColumns columns : registration.spec.columns()) {
                warnings.addAll(columns(registration, columns, published));
            }
        }
        return List.copyOf(warnings);
    }

    private List<String> reasons(Registration registration, PublishedTables published) {
        List<String> reasons = new ArrayList<>();
        TablePattern table = registration.table;
        if (table == null && !config.messages()) {
            reasons.add("logical messages are off; set messages(true)");
        }
        if (table != null) {
            published.missing(table).or(() -> unsubscribed(table, published)).ifPresent(reasons::add);
        }
        Predicate<Event> filter = registration.spec.filter();
        if (filter != null) {
            reasons.addAll(EventFilters.unknownTables(filter, published));
            EventFilters.tablesOf(filter).stream()
                    .filter(named -> published.missing(named).isEmpty())
                    .flatMap(named -> unsubscribed(named, published).stream())
                    .forEach(reasons::add);
        }
        return reasons;
    }

    private Optional<String> unsubscribed(TablePattern table, PublishedTables published) {
        List<TablePattern> subscribed =
                config.subscriptions().stream().map(TablePattern::parse).toList();
        return published.anyMatch(table, subscribed)
                ? Optional.empty()
                : Optional.of("\"%s\" is not among the subscriptions %s".formatted(table, config.subscriptions()));
    }

    private static List<String> columns(Registration registration, EventColumns columns, PublishedTables published) {
        String handler = "Handler \"" + registration.name + "\": ";
        try {
            return columns.check(published).stream().map(handler::concat).toList();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(handler + e.getMessage(), e);
        }
    }
}
