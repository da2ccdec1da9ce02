package io.walex.reactive.handler;

import io.walex.reactive.WalExConfig;
import io.walex.reactive.event.PublishedTables;
import io.walex.reactive.event.TablePattern;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds handlers that no event can reach. */
final class HandlerCheck {

    private final WalExConfig config;
    private final PublishedTables published;

    HandlerCheck(WalExConfig config, PublishedTables published) {
        this.config = config;
        this.published = published;
    }

    Set<String> warnings(List<Registration> registrations) {
        Set<String> warnings = new LinkedHashSet<>();
        for (Registration registration : registrations) {
            if (registration.isForMessages() && !config.messages()) {
                warnings.add("Handler \"%s\" gets nothing: logical messages are off; set messages(true)"
                        .formatted(registration.name));
            }
            for (TablePattern table : registration.tables()) {
                published
                        .missing(table)
                        .map(missing -> "Handler \"%s\" gets nothing: %s".formatted(registration.name, missing))
                        .or(() -> unsubscribed(registration, table))
                        .ifPresent(warnings::add);
            }
        }
        return warnings;
    }

    private Optional<String> unsubscribed(Registration registration, TablePattern table) {
        List<TablePattern> subscribed =
                config.subscriptions().stream().map(TablePattern::parse).toList();
        return published.anyMatch(table, subscribed)
                ? Optional.empty()
                : Optional.of("Handler \"%s\" gets nothing: \"%s\" is not among the subscriptions %s"
                        .formatted(registration.name, table, config.subscriptions()));
    }
}
