package io.walex.reactive.preflight;

import static io.walex.reactive.preflight.Preflight.Finding.fails;
import static io.walex.reactive.preflight.PreflightChecks.isTrue;
import static io.walex.reactive.preflight.PreflightChecks.text;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.preflight.Preflight.Finding;
import io.walex.reactive.server.Publications.TableName;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.TableSelection;
import io.walex.reactive.setup.PublicationChange;
import io.walex.reactive.setup.ServerChecks;
import io.walex.reactive.setup.Subjects;
import io.walex.reactive.setup.SubscribedTables;
import io.walex.reactive.setup.TableSelections;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Looks for publications that are missing, and whether the role may make or alter the one that it is to. */
final class PublicationFindings {

    private static final String RIGHTS = """
            SELECT rolsuper::text AS superuser, has_database_privilege(current_database(), 'CREATE')::text AS may_create,
                   (SELECT pg_has_role(pubowner, 'USAGE')::text FROM pg_publication WHERE pubname = $1) AS owns_publication
              FROM pg_roles WHERE rolname = current_user
            """;

    private static final String TABLES_OF_OTHERS = """
            SELECT n.nspname::text AS schema, c.relname::text AS name
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p') AND NOT pg_has_role(c.relowner, 'USAGE')
               AND ($1 OR n.nspname = ANY ($2) OR c.relname = ANY ($3))
            """;

    private final ServerConnection server;
    private final WalExConfig config;

    PublicationFindings(ServerConnection server, WalExConfig config) {
        this.server = server;
        this.config = config;
    }

    Mono<List<Finding>> findings() {
        return server.publications().names().flatMap(known -> {
            List<String> missing = config.publications().stream()
                    .filter(name -> !known.contains(name))
                    .toList();
            return switch (config.publicationSetup()) {
                case MUST_EXIST ->
                    Mono.just(ServerChecks.missingPublications(known, config).stream()
                            .map(Finding::of)
                            .toList());
                case CREATE -> missing.isEmpty() ? Mono.just(List.of()) : create(missing.get(0));
                case CREATE_OR_ALTER ->
                    missing.isEmpty() ? alter(config.publications().get(0)) : create(missing.get(0));
            };
        });
    }

    private Mono<List<Finding>> create(String publication) {
        return Mono.zip(rights(publication), subscribed(), tablesOfOthers()).map(found -> {
            List<Finding> findings = new ArrayList<>();
            boolean everything = config.isSubscribedToAll();
            if (!isTrue(found.getT1(), "may_create")) {
                findings.add(fails(
                        Subjects.publication(publication),
                        "does not exist, and role %s may not create it".formatted(config.username()),
                        "GRANT CREATE ON DATABASE \"%s\" TO \"%s\", or create the publication as another role"
                                .formatted(config.database(), config.username())));
            }
            if (everything && !isTrue(found.getT1(), "superuser")) {
                findings.add(fails(
                        Subjects.publication(publication),
                        "does not exist, and only a superuser may create it for all tables",
                        "create it as a superuser, or subscribe to tables by name"));
            }
            if (!everything) {
                tables(publication, found.getT2(), found.getT2().names(), found.getT3())
                        .ifPresent(findings::add);
            }
            return findings;
        });
    }

    private Mono<List<Finding>> alter(String publication) {
        Mono<Boolean> owned = rights(publication).map(row -> isTrue(row, "owns_publication"));
        return Mono.zip(server.publications().forAllTables(), owned, subscribed(), tablesOfOthers())
                .flatMap(found -> found.getT1().contains(publication)
                        ? Mono.just(List.<Finding>of())
                        : PublicationChange.find(server.publications(), config, found.getT3())
                                .map(change -> alter(publication, change, found.getT2(), found.getT3(), found.getT4()))
                                .zipWith(asRoots(publication, found.getT3()), PublicationFindings::joined));
    }

    private Mono<List<Finding>> asRoots(String publication, SubscribedTables subscribed) {
        Finding split = fails(
                Subjects.publication(publication),
                "publishes changes of %s under the names of partitions, which %s does not cover"
                        .formatted(subscribed.onlyAsRoots(), config.subscriptions()),
                "ALTER PUBLICATION ... SET (publish_via_partition_root = true), or subscribe to the partitions");
        return server.publications()
                .viaRoot()
                .map(viaRoot -> viaRoot.contains(publication)
                                || subscribed.onlyAsRoots().isEmpty()
                        ? List.of()
                        : List.of(split));
    }

    private static List<Finding> joined(List<Finding> some, List<Finding> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    private List<Finding> alter(
            String publication,
            PublicationChange change,
            boolean ownsPublication,
            SubscribedTables subscribed,
            Set<TableName> ofOthers) {
        List<Finding> findings = new ArrayList<>();
        if (!change.isEmpty() && !ownsPublication) {
            findings.add(fails(
                    Subjects.publication(publication),
                    "has other tables, and belongs to another role than " + config.username(),
                    "ALTER PUBLICATION ... ADD TABLE ..., DROP TABLE ... as its owner, or make this role the owner"));
        }
        tables(publication, subscribed, change.added(), ofOthers).ifPresent(findings::add);
        return findings;
    }

    private Optional<Finding> tables(
            String publication, SubscribedTables subscribed, List<TableName> added, Set<TableName> ofOthers) {
        if (subscribed.tables().isEmpty()) {
            return Optional.of(fails(
                    Subjects.publication(publication),
                    "would be empty: none of the tables %s exists".formatted(config.subscriptions()),
                    "create them first"));
        }
        List<TableName> foreign = added.stream().filter(ofOthers::contains).toList();
        return foreign.isEmpty()
                ? Optional.empty()
                : Optional.of(fails(
                        Subjects.publication(publication),
                        "is to hold %s, which belong to another role than %s".formatted(foreign, config.username()),
                        "create the publication as the owner of the tables, or as a superuser"));
    }

    private Mono<Map<String, @Nullable String>> rights(String publication) {
        return server.rows(RIGHTS, publication).single();
    }

    private Mono<SubscribedTables> subscribed() {
        return SubscribedTables.find(server.publications(), config);
    }

    private Mono<Set<TableName>> tablesOfOthers() {
        TableSelection subscribed = TableSelections.subscribed(config);
        return server.rows(TABLES_OF_OTHERS, subscribed.all(), subscribed.schemas(), subscribed.tables())
                .map(row -> new TableName(text(row, "schema"), text(row, "name")))
                .<Set<TableName>>collect(HashSet::new, Set::add);
    }
}
