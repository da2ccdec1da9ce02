package io.walex.reactive;

import io.walex.reactive.event.PublishedTables;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.replication.ServerConnection;
import io.walex.reactive.replication.ServerConnection.ServerFacts;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What must hold before a stream can start. PostgreSQL itself would say some of it only at the first change. */
final class ServerChecks {

    private static final Logger LOG = LoggerFactory.getLogger(ServerChecks.class);

    private ServerChecks() {}

    static Mono<Void> walLevel(ServerFacts facts, WalExConfig config) {
        return facts.walLevel().equals("logical")
                ? Mono.empty()
                : Mono.error(new WalLevelException(
                        "%s:%d has wal_level = %s; set wal_level = logical and restart it (Amazon RDS: rds.logical_replication = 1)"
                                .formatted(config.host(), config.port(), facts.walLevel()),
                        null));
    }

    static Mono<Void> publications(List<String> known, WalExConfig config) {
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

    static Mono<PublishedTables> publishedTables(ServerConnection server, WalExConfig config) {
        return Flux.fromIterable(config.publications())
                .concatMap(server.publications()::tables)
                .flatMapIterable(tables -> tables)
                .distinct()
                .map(each -> new PublishedTables.Name(each.schema(), each.table()))
                .collectList()
                .map(tables -> new PublishedTables(config.publications(), tables));
    }

    /** Warns of subscriptions that cover no published table. One may be added later, so it is not an error. */
    static Mono<Void> subscriptions(ServerConnection server, WalExConfig config) {
        return publishedTables(server, config)
                .doOnNext(published -> config.subscriptions().stream()
                        .map(TablePattern::parse)
                        .flatMap(pattern -> published.missing(pattern).stream())
                        .forEach(missing -> LOG.warn("{} subscribes in vain: {}", config.name(), missing)))
                .then();
    }
}
