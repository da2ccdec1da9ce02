package io.walex.reactive.setup;

import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.server.Publications;
import io.walex.reactive.server.Publications.PublicationFacts;
import io.walex.reactive.server.Publications.PublishableTable;
import io.walex.reactive.server.Publications.TableName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/**
 * What is to be done so that the subscribed tables are published: {@link PublicationMaking} does it, a preflight tells it.
 * An existing publication is changed by the difference only: {@code SET TABLE} would take the column lists and row filters
 * of tables that stay, and stream what they hide.
 *
 * @param known the names of all publications of the database
 * @param subscribed the subscribed tables that exist; of a partition whose partitioned table is subscribed to as well,
 *     only that; empty where nothing is to be done
 * @param added what is to be published, and is published neither by name nor with its schema
 * @param dropped what is published by name, and is not to be
 * @param viaRoot whether changes of partitions come as their root's, or will
 * @param uncoveredRoots the partitioned tables whose changes would come under the names of partitions that are not
 *     subscribed to, and so would be skipped
 */
public record PublicationPlan(
        WalExConfig config,
        Action action,
        List<String> known,
        List<TableName> subscribed,
        List<TableName> added,
        List<TableName> dropped,
        boolean viaRoot,
        List<TableName> uncoveredRoots) {

    /** What is done with the one publication that is made here. */
    public enum Action {
        NOTHING,
        CREATE,
        CREATE_FOR_ALL_TABLES,
        ALTER
    }

    public static Mono<PublicationPlan> find(Publications publications, WalExConfig config) {
        return publications.all().flatMap(all -> {
            List<String> known = all.stream().map(PublicationFacts::name).toList();
            if (config.publicationSetup() == PublicationSetup.MUST_EXIST) {
                return Mono.just(nothing(config, known));
            }
            String name = config.publications().get(0);
            Mono<Subscribed> subscribed = publications
                    .publishable(TableSelections.subscribed(config))
                    .map(tables -> Subscribed.of(tables, config));
            return all.stream()
                    .filter(publication -> publication.name().equals(name))
                    .findFirst()
                    .map(existing -> existing.forAllTables() || config.publicationSetup() == PublicationSetup.CREATE
                            ? Mono.just(nothing(config, known))
                            : subscribed.flatMap(
                                    tables -> alter(publications, config, known, tables, existing.viaRoot())))
                    .orElseGet(() -> subscribed.map(tables -> create(config, known, tables)));
        });
    }

    private static PublicationPlan nothing(WalExConfig config, List<String> known) {
        return new PublicationPlan(config, Action.NOTHING, known, List.of(), List.of(), List.of(), false, List.of());
    }

    private static PublicationPlan create(WalExConfig config, List<String> known, Subscribed subscribed) {
        return new PublicationPlan(
                config,
                config.isSubscribedToAll() ? Action.CREATE_FOR_ALL_TABLES : Action.CREATE,
                known,
                subscribed.names(),
                subscribed.names(),
                List.of(),
                true,
                List.of());
    }

    private static Mono<PublicationPlan> alter(
            Publications publications, WalExConfig config, List<String> known, Subscribed subscribed, boolean viaRoot) {
        String name = config.publications().get(0);
        return Mono.zip(
                publications.tables(name, TableSelections.subscribed(config)),
                publications.tablesByName(name),
                (covered, byName) -> {
                    Set<TableName> dropped = byName.stream()
                            .filter(table -> !isSubscribed(table, config))
                            .collect(Collectors.toCollection(LinkedHashSet::new));
                    return new PublicationPlan(
                            config,
                            Action.ALTER,
                            known,
                            subscribed.names(),
                            subscribed.namesBeside(Set.copyOf(covered), Set.copyOf(byName), dropped),
                            List.copyOf(dropped),
                            viaRoot,
                            viaRoot ? List.of() : subscribed.unlikePartitions());
                });
    }

    private static boolean isSubscribed(TableName table, WalExConfig config) {
        return config.isSubscribed(table.schema(), table.table());
    }

    /** The publication that is made here. */
    public String publication() {
        return config.publications().get(0);
    }

    /** All that keeps a stream from starting, whatever the role may do. */
    public List<Obstacle> obstacles() {
        List<Obstacle> obstacles = new ArrayList<>();
        if (config.publicationSetup() == PublicationSetup.MUST_EXIST) {
            obstacles.addAll(ServerChecks.missingPublications(known, config));
        }
        if ((action == Action.CREATE || action == Action.ALTER) && subscribed.isEmpty()) {
            obstacles.add(new Obstacle(
                    Subjects.publication(publication()),
                    "would be empty: none of the tables %s exists in database \"%s\""
                            .formatted(config.subscriptions(), config.database()),
                    "create them first",
                    InvalidConfigException::new));
        }
        // How the changes of partitions come is not altered, since that is the same for all tables and consumers.
        if (!uncoveredRoots.isEmpty()) {
            obstacles.add(new Obstacle(
                    Subjects.publication(publication()),
                    "publishes changes of %s under the names of partitions, which %s does not cover"
                            .formatted(uncoveredRoots, config.subscriptions()),
                    "ALTER PUBLICATION \"%s\" SET (publish_via_partition_root = true), which holds for all of its consumers, or subscribe to the partitions"
                            .formatted(publication().replace("\"", "\"\"")),
                    InvalidConfigException::new));
        }
        return obstacles;
    }

    /**
     * The tables that a configuration subscribes to, as a publication made for it holds them.
     *
     * @param unlikePartitions the partitioned ones among them that have partitions which are not subscribed to themselves
     */
    private record Subscribed(List<PublishableTable> tables, List<TableName> unlikePartitions) {

        static Subscribed of(List<PublishableTable> all, WalExConfig config) {
            List<PublishableTable> tables = new ArrayList<>();
            Set<TableName> unlikePartitions = new HashSet<>();
            for (PublishableTable table : all) {
                if (!isSubscribed(table.name(), config)) {
                    unlikePartitions.addAll(table.ancestors());
                } else if (table.ancestors().stream().noneMatch(ancestor -> isSubscribed(ancestor, config))) {
                    tables.add(table);
                }
            }
            return new Subscribed(
                    List.copyOf(tables),
                    tables.stream()
                            .map(PublishableTable::name)
                            .filter(unlikePartitions::contains)
                            .toList());
        }

        List<TableName> names() {
            return tables.stream().map(PublishableTable::name).toList();
        }

        /** Those that a publication does not hold. */
        List<TableName> namesBeside(Set<TableName> covered, Set<TableName> byName, Set<TableName> dropped) {
            return tables.stream()
                    // Of a partitioned table, the partitions may be what is covered: they go with it.
                    .filter(table -> !byName.contains(table.name())
                            && !(covered.contains(table.name()) && Collections.disjoint(table.ancestors(), dropped)))
                    .map(PublishableTable::name)
                    .toList();
        }
    }
}
