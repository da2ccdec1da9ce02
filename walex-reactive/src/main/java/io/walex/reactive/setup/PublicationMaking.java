package io.walex.reactive.setup;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InsufficientPrivilegeException;
import io.walex.reactive.failure.Failures;
import io.walex.reactive.server.Publications;
import io.walex.reactive.server.Publications.TableName;
import io.walex.reactive.server.Refusal;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.setup.PublicationPlan.Action;
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
        return PublicationPlan.find(server.publications(), config)
                .delayUntil(plan -> Obstacle.requireNone(plan.obstacles()))
                .flatMap(plan -> carryOut(server, plan)
                        .onErrorResume(Failures.hasState("42501"), refused -> explain(server, plan, refused)));
    }

    private static Mono<Void> carryOut(ServerConnection server, PublicationPlan plan) {
        return switch (plan.action()) {
            case NOTHING -> Mono.empty();
            case CREATE, CREATE_FOR_ALL_TABLES -> create(server.publications(), plan);
            case ALTER -> alter(server.publications(), plan);
        };
    }

    private static Mono<Void> create(Publications publications, PublicationPlan plan) {
        String name = plan.publication();
        return warnOfIdentity(publications, name, plan.added())
                .then(Mono.defer(() -> plan.action() == Action.CREATE
                        ? publications.create(name, plan.added())
                        : publications.createForAllTables(name)))
                .doOnSuccess(done -> LOG.info("Publication \"{}\" created", name));
    }

    private static Mono<Void> alter(Publications publications, PublicationPlan plan) {
        String name = plan.publication();
        if (plan.added().isEmpty() && plan.dropped().isEmpty()) {
            return Mono.empty();
        }
        Mono<Void> added = plan.added().isEmpty()
                ? Mono.empty()
                : warnOfIdentity(publications, name, plan.added()).then(publications.addTables(name, plan.added()));
        Mono<Void> dropped = plan.dropped().isEmpty() ? Mono.empty() : publications.dropTables(name, plan.dropped());
        return added.then(dropped)
                .doOnSuccess(done -> LOG.info(
                        "Publication \"{}\" altered: added {}, dropped {}", name, plan.added(), plan.dropped()));
    }

    /** Says what the role lacks; as the server said it, which is in its language, where that is not found. */
    private static Mono<Void> explain(ServerConnection server, PublicationPlan plan, Throwable refused) {
        return PublicationRights.obstacles(server, plan)
                .onErrorReturn(List.of())
                .flatMap(obstacles -> Mono.error(
                        obstacles.isEmpty()
                                ? refused(plan, refused)
                                : obstacles.get(0).error(refused)));
    }

    private static Throwable refused(PublicationPlan plan, Throwable error) {
        Refusal refusal = Refusal.of(error);
        if (refusal == null) {
            return error;
        }
        WalExConfig config = plan.config();
        String remedy = refusal.isFrom("CreatePublication")
                ? "as a superuser, which a publication of all tables takes"
                : "as a role that has CREATE on the database (GRANT CREATE ON DATABASE \"%s\" TO \"%s\") and owns the tables, and the publication where there is one"
                        .formatted(config.database(), config.username());
        return new InsufficientPrivilegeException(
                "Role \"%s\" may not make publication \"%s\": %s; make it %s"
                        .formatted(config.username(), plan.publication(), refusal.says(), remedy),
                error);
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
}
