package io.walex.reactive.setup;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.server.Publications;
import io.walex.reactive.server.Publications.PublishableTable;
import io.walex.reactive.server.Publications.TableName;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/**
 * What makes an existing publication one of the subscribed tables. Only the difference: {@code SET TABLE} would take the
 * column lists and row filters of tables that stay, and stream what they hide.
 *
 * @param added what is subscribed to and not published, neither by name nor with its schema
 * @param dropped what is published by name and not subscribed to
 */
public record PublicationChange(List<TableName> added, List<TableName> dropped) {

    /** Compares what is published with what is subscribed to. */
    public static Mono<PublicationChange> find(
            Publications publications, WalExConfig config, SubscribedTables subscribed) {
        String publication = config.publications().get(0);
        return Mono.zip(
                        publications.tables(publication, TableSelections.subscribed(config)),
                        publications.tablesByName(publication))
                .map(found -> of(Set.copyOf(found.getT1()), Set.copyOf(found.getT2()), subscribed, config));
    }

    private static PublicationChange of(
            Set<TableName> covered, Set<TableName> byName, SubscribedTables subscribed, WalExConfig config) {
        Set<TableName> dropped = byName.stream()
                .filter(table -> !config.isSubscribed(table.schema(), table.table()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        List<TableName> added = subscribed.tables().stream()
                // Of a partitioned table, the partitions may be what is covered: they go with it.
                .filter(table -> !byName.contains(table.name())
                        && !(covered.contains(table.name()) && Collections.disjoint(table.ancestors(), dropped)))
                .map(PublishableTable::name)
                .toList();
        return new PublicationChange(added, List.copyOf(dropped));
    }

    public boolean isEmpty() {
        return added.isEmpty() && dropped.isEmpty();
    }
}
