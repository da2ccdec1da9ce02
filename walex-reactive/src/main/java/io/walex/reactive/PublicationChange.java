package io.walex.reactive;

import io.walex.reactive.replication.Publications;
import io.walex.reactive.replication.Publications.TableName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import reactor.core.publisher.Mono;

/**
 * What makes an existing publication one of the subscribed tables. Only the difference: {@code SET TABLE} would take the
 * column lists and row filters of tables that stay, and stream what they hide.
 *
 * @param added what is subscribed to and not published, neither by name nor with its schema
 * @param dropped what is published by name and not subscribed to
 */
record PublicationChange(List<TableName> added, List<TableName> dropped) {

    /**
     * Compares.
     *
     * @param subscribed the tables that the publication is to hold
     */
    static Mono<PublicationChange> find(Publications publications, WalExConfig config, List<TableName> subscribed) {
        String publication = config.publications().get(0);
        return Mono.zip(publications.tables(publication), publications.tablesByName(publication))
                .map(found -> of(found.getT1(), found.getT2(), subscribed, config));
    }

    private static PublicationChange of(
            List<TableName> covered, List<TableName> byName, List<TableName> subscribed, WalExConfig config) {
        Set<TableName> published = new HashSet<>(covered);
        // Of a partitioned table, the partitions are covered.
        published.addAll(byName);
        return new PublicationChange(
                subscribed.stream().filter(table -> !published.contains(table)).toList(),
                byName.stream()
                        .filter(table -> !config.isSubscribed(table.schema(), table.table()))
                        .toList());
    }

    boolean isEmpty() {
        return added.isEmpty() && dropped.isEmpty();
    }
}
