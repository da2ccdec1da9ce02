package io.walex.reactive.setup;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.PublicationNotFoundException;
import io.walex.reactive.error.WalLevelException;
import io.walex.reactive.event.PublishedTables;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import io.walex.reactive.server.TableSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What must hold before a stream can start. PostgreSQL itself would say some of it only at the first change. */
public final class ServerChecks {

    private ServerChecks() {}

    /** All that keeps a stream from starting, as far as the server's settings and version say it. */
    public static List<Obstacle> obstacles(ServerFacts facts, WalExConfig config) {
        List<Obstacle> obstacles = new ArrayList<>();
        if (!facts.walLevel().equals("logical")) {
            obstacles.add(new Obstacle(
                    Subjects.server(config),
                    "has wal_level = " + facts.walLevel(),
                    "set wal_level = logical and restart it (Amazon RDS: rds.logical_replication = 1)",
                    WalLevelException::new));
        }
        obstacles.addAll(ProtocolChecks.obstacles(config, facts.version()));
        return obstacles;
    }

    public static Mono<Void> requireFit(ServerFacts facts, WalExConfig config) {
        return Obstacle.requireNone(obstacles(facts, config));
    }

    /** The publications that are to exist and do not. */
    public static List<Obstacle> missingPublications(List<String> known, WalExConfig config) {
        return config.publications().stream()
                .filter(name -> !known.contains(name))
                .map(name -> new Obstacle(
                        Subjects.publication(name),
                        "does not exist in database \"%s\", which has %s"
                                .formatted(config.database(), known.isEmpty() ? "none" : known),
                        "CREATE PUBLICATION \"%s\" FOR TABLE ..., or choose publicationSetup(CREATE)"
                                .formatted(name.replace("\"", "\"\"")),
                        PublicationNotFoundException::new))
                .toList();
    }

    public static Mono<Void> requirePublications(List<String> known, WalExConfig config) {
        return Obstacle.requireNone(missingPublications(known, config));
    }

    /**
     * The tables that can come.
     *
     * @param withColumns of which of them the columns are looked up
     */
    public static Mono<PublishedTables> publishedTables(
            ServerConnection server, WalExConfig config, TableSelection withColumns) {
        return Flux.fromIterable(config.publications())
                .concatMap(publication -> server.publications().columns(publication, withColumns))
                .flatMapIterable(Map::entrySet)
                .distinct(Map.Entry::getKey)
                .map(each -> new PublishedTables.Entry(
                        each.getKey().schema(), each.getKey().table(), each.getValue()))
                .collectList()
                .map(tables -> new PublishedTables(config.publications(), tables));
    }
}
