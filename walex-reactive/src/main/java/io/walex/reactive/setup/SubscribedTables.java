package io.walex.reactive.setup;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.server.Publications;
import io.walex.reactive.server.Publications.PublishableTable;
import io.walex.reactive.server.Publications.TableName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import reactor.core.publisher.Mono;

/**
 * The tables that a configuration subscribes to, as a publication made for it holds them.
 *
 * @param tables those that exist; of a partition whose partitioned table is subscribed to as well, only that
 * @param onlyAsRoots the partitioned ones among them that have partitions which are not subscribed to themselves: what
 *     would come under the names of these would be skipped
 */
public record SubscribedTables(List<PublishableTable> tables, List<TableName> onlyAsRoots) {

    public static Mono<SubscribedTables> find(Publications publications, WalExConfig config) {
        return publications.publishable(TableSelections.subscribed(config)).map(all -> of(all, config));
    }

    private static SubscribedTables of(List<PublishableTable> all, WalExConfig config) {
        List<PublishableTable> tables = new ArrayList<>();
        Set<TableName> unlikePartitions = new HashSet<>();
        for (PublishableTable table : all) {
            if (!isSubscribed(table.name(), config)) {
                unlikePartitions.addAll(table.ancestors());
            } else if (table.ancestors().stream().noneMatch(ancestor -> isSubscribed(ancestor, config))) {
                tables.add(table);
            }
        }
        List<TableName> onlyAsRoots = tables.stream()
                .map(PublishableTable::name)
                .filter(unlikePartitions::contains)
                .toList();
        return new SubscribedTables(List.copyOf(tables), onlyAsRoots);
    }

    private static boolean isSubscribed(TableName table, WalExConfig config) {
        return config.isSubscribed(table.schema(), table.table());
    }

    public List<TableName> names() {
        return tables.stream().map(PublishableTable::name).toList();
    }
}
