package io.walex.reactive.setup;

import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InsufficientPrivilegeException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.failure.Failures;
import io.walex.reactive.server.Publications;
import io.walex.reactive.server.Publications.TableName;
import io.walex.reactive.server.Refusal;
import io.walex.reactive.server.ServerConnection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** Makes and alters the publication of the subscribed tables. */
public final class PublicationMaking {

    private static final Logger LOG = LoggerFactory.getLogger(PublicationMaking.class);

    private PublicationMaking() {}

    /** Checks the publications, or makes the one to be what the configuration says. */
    public static Mono<Void> make(ServerConnection server, WalExConfig config) {
        return makeNow(server, config)
                // Somebody else has made or altered it since it was looked for: look again.
                .onErrorResume(Failures.hasState("42710", "23505", "42704"), changed -> makeNow(server, config));
    }

    private static Mono<Void> makeNow(ServerConnection server, WalExConfig config) {
        Publications publications = server.publications();
        return publications.names().flatMap(known -> switch (config.publicationSetup()) {
            case MUST_EXIST -> ServerChecks.requirePublications(known, config);
            case CREATE -> known.containsAll(config.publications()) ? Mono.empty() : create(publications, config);
            case CREATE_OR_ALTER ->
                known.containsAll(config.publications()) ? alter(publications, config) : create(publications, config);
        });
    }

    /** What the server says of a publication it says in its language, and with the code of much else. */
    private static Throwable explain(Throwable error, WalExConfig config) {
        Refusal refusal = Refusal.of(error);
        if (refusal == null || !refusal.hasState("42501")) {
            return error;
        }
        String name = config.publications().get(0);
        String remedy = refusal.isFrom("CreatePublication")
                ? "as a superuser, which a publication of all tables takes"
                : "as a role that has CREATE on the database (GRANT CREATE ON DATABASE \"%s\" TO \"%s\") and owns the tables, and the publication where there is one"
                        .formatted(config.database(), config.username());
        return new InsufficientPrivilegeException(
                "Role \"%s\" may not make publication \"%s\": %s; make it %s"
                        .formatted(config.username(), name, refusal.says(), remedy),
                error);
    }

    /** The tables that {@link #make} would publish, and that are not published yet. */
    public static Mono<List<TableName>> toBePublished(ServerConnection server, WalExConfig config) {
        Publications publications = server.publications();
        String name = config.publications().get(0);
        return switch (config.publicationSetup()) {
            case MUST_EXIST -> Mono.just(List.of());
            case CREATE, CREATE_OR_ALTER ->
                Mono.zip(publications.names(), publications.forAllTables(), SubscribedTables.find(publications, config))
                        .flatMap(found -> {
                            if (!found.getT1().contains(name)) {
                                return Mono.just(found.getT3().names());
                            }
                            return config.publicationSetup() == PublicationSetup.CREATE
                                            || found.getT2().contains(name)
                                    ? Mono.just(List.of())
                                    : PublicationChange.find(publications, config, found.getT3())
                                            .map(PublicationChange::added);
                        });
        };
    }

    private static Mono<Void> create(Publications publications, WalExConfig config) {
        String name = config.publications().get(0);
        boolean everything = config.isSubscribedToAll();
        Mono<SubscribedTables> subscribed =
                everything ? SubscribedTables.find(publications, config) : toPublish(publications, config);
        return subscribed
                .map(SubscribedTables::names)
                .delayUntil(tables -> warnOfIdentity(publications, name, tables))
                .flatMap(tables ->
                        everything ? publications.createForAllTables(name) : publications.create(name, tables))
                .onErrorMap(error -> explain(error, config))
                .doOnSuccess(done -> LOG.info("Publication \"{}\" created", name));
    }

    private static Mono<Void> alter(Publications publications, WalExConfig config) {
        String name = config.publications().get(0);
        return publications.forAllTables().flatMap(covering -> {
            if (covering.contains(name)) {
                return Mono.empty();
            }
            return toPublish(publications, config)
                    .delayUntil(tables -> asRoots(publications, tables, config))
                    .flatMap(tables -> PublicationChange.find(publications, config, tables))
                    .filter(change -> !change.isEmpty())
                    .flatMap(change -> alter(publications, name, change))
                    .onErrorMap(error -> explain(error, config));
        });
    }

    private static Mono<Void> alter(Publications publications, String name, PublicationChange change) {
        Mono<Void> added = change.added().isEmpty()
                ? Mono.empty()
                : warnOfIdentity(publications, name, change.added()).then(publications.addTables(name, change.added()));
        Mono<Void> dropped =
                change.dropped().isEmpty() ? Mono.empty() : publications.dropTables(name, change.dropped());
        return added.then(dropped)
                .doOnSuccess(done -> LOG.info(
                        "Publication \"{}\" altered: added {}, dropped {}", name, change.added(), change.dropped()));
    }

    /** It breaks the writes of whoever has the tables, so they hear of it before. */
    private static Mono<Void> warnOfIdentity(Publications publications, String name, List<TableName> tables) {
        return publications
                .withoutReplicaIdentity(name, tables)
                .filter(refused -> !refused.isEmpty())
                .doOnNext(refused -> LOG.warn(
                        "Publication \"{}\" is to hold {}, which have no replica identity: PostgreSQL refuses their updates and deletes while they are published; give them a primary key, or REPLICA IDENTITY FULL",
                        name,
                        refused))
                .then();
    }

    private static Mono<SubscribedTables> toPublish(Publications publications, WalExConfig config) {
        return SubscribedTables.find(publications, config)
                .flatMap(subscribed -> subscribed.tables().isEmpty()
                        ? Mono.error(new InvalidConfigException(
                                "None of the tables %s exists in database \"%s\", so there is nothing to publish; create them first"
                                        .formatted(config.subscriptions(), config.database()),
                                null))
                        : Mono.just(subscribed));
    }

    /** How the changes of partitions come is not altered, since that is the same for all tables and consumers. */
    private static Mono<Void> asRoots(Publications publications, SubscribedTables subscribed, WalExConfig config) {
        String name = config.publications().get(0);
        return publications
                .viaRoot()
                .filter(viaRoot ->
                        !viaRoot.contains(name) && !subscribed.onlyAsRoots().isEmpty())
                .flatMap(other -> Mono.error(new InvalidConfigException(
                        "Publication \"%s\" publishes changes of %s under the names of partitions, which %s does not cover; ALTER PUBLICATION \"%s\" SET (publish_via_partition_root = true), which holds for all of its consumers, or subscribe to the partitions"
                                .formatted(
                                        name,
                                        subscribed.onlyAsRoots(),
                                        config.subscriptions(),
                                        name.replace("\"", "\"\"")),
                        null)));
    }
}
