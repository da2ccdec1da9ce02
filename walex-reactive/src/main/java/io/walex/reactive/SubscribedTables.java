package io.walex.reactive;

import io.walex.reactive.replication.Publications;
import io.walex.reactive.replication.Publications.PublishableTable;
import io.walex.reactive.replication.Publications.TableName;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * The tables that a configuration subscribes to, as a publication made for it holds them.
 *
 * @param tables those that exist; of a partition whose partitioned table is subscribed to as well, only that
 * @param onlyAsRoots the partitioned ones among them that have partitions which are not subscribed to themselves: what
 *     would come under the names of these would be skipped
 */
record SubscribedTables(List<PublishableTable> tables, List<TableName> onlyAsRoots) {

    static Mono<SubscribedTables> find(Publications publications, WalExConfig config) {
        return publications.publishable().map(all -> of(all, config));
    }

    private static SubscribedTables of(List<PublishableTable> all, WalExConfig config) {
        List<PublishableTable> tables = all.stream()
                .filter(table -> isSubscribed(table.name(), config)
                        && table.ancestors().stream().noneMatch(ancestor -> isSubscribed(ancestor, config)))
                .toList();
        List<TableName> onlyAsRoots = tables.stream()
                .map(PublishableTable::name)
                .filter(root -> all.stream()
                        .anyMatch(table -> table.ancestors().contains(root) && !isSubscribed(table.name(), config)))
                .toList();
        return new SubscribedTables(tables, onlyAsRoots);
    }

    private static boolean isSubscribed(TableName table, WalExConfig config) {
        return config.isSubscribed(table.schema(), table.table());
    }

    List<TableName> names() {
        return tables.stream().map(PublishableTable::name).toList();
    }
}
