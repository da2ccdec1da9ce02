package io.walex.reactive.setup;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.PublicationNotFoundException;
import io.walex.reactive.error.WalLevelException;
import io.walex.reactive.event.PublishedTables;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import io.walex.reactive.server.TableSelection;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What must hold before a stream can start. PostgreSQL itself would say some of it only at the first change. */
public final class ServerChecks {

    private ServerChecks() {}

    public static Mono<Void> walLevel(ServerFacts facts, WalExConfig config) {
        return facts.walLevel().equals("logical")
                ? Mono.empty()
                : Mono.error(new WalLevelException(
                        "%s:%d has wal_level = %s; set wal_level = logical and restart it (Amazon RDS: rds.logical_replication = 1)"
                                .formatted(config.host(), config.port(), facts.walLevel()),
                        null));
    }

    public static Mono<Void> publications(List<String> known, WalExConfig config) {
        List<String> missing = config.publications().stream()
                .filter(name -> !known.contains(name))
                .toList();
        return missing.isEmpty()
                ? Mono.empty()
                : Mono.error(new PublicationNotFoundException(
                        "Publication \"%s\" does not exist in database \"%s\"%s; create it with CREATE PUBLICATION \"%s\" FOR TABLE ..."
                                .formatted(
                                        missing.get(0),
                                        config.database(),
                                        known.isEmpty() ? ", which has none" : ", which has " + known,
                                        missing.get(0).replace("\"", "\"\"")),
                        null));
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
