package io.walex.reactive.setup;

import static io.walex.reactive.server.ServerConnection.text;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InsufficientPrivilegeException;
import io.walex.reactive.server.Publications.TableName;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.TableSelection;
import io.walex.reactive.setup.PublicationPlan.Action;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Whether the role may do what a {@link PublicationPlan} says. A start does not look at this first: the server decides, and
 * some that are run as a service allow more than PostgreSQL does.
 */
public final class PublicationRights {

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

    private final PublicationPlan plan;
    private final List<Obstacle> obstacles = new ArrayList<>();

    private PublicationRights(PublicationPlan plan) {
        this.plan = plan;
    }

    /** All that the role may not do. */
    public static Mono<List<Obstacle>> obstacles(ServerConnection server, PublicationPlan plan) {
        return plan.action() == Action.NOTHING
                ? Mono.just(List.of())
                : Mono.zip(
                        server.rows(RIGHTS, plan.publication()).single(),
                        tablesOfOthers(server, plan.config()),
                        (rights, ofOthers) -> new PublicationRights(plan).look(rights, ofOthers));
    }

    private static Mono<Set<TableName>> tablesOfOthers(ServerConnection server, WalExConfig config) {
        TableSelection subscribed = TableSelections.subscribed(config);
        return server.rows(TABLES_OF_OTHERS, subscribed.all(), subscribed.schemas(), subscribed.tables())
                .map(row -> new TableName(text(row, "schema"), text(row, "name")))
                .collect(HashSet::new, Set::add);
    }

    private List<Obstacle> look(Map<String, @Nullable String> rights, Set<TableName> ofOthers) {
        String role = plan.config().username();
        String database = plan.config().database();
        if (plan.action() == Action.ALTER) {
            if (!(plan.added().isEmpty() && plan.dropped().isEmpty()) && !is(rights, "owns_publication")) {
                add(
                        "has other tables, and belongs to another role than " + role,
                        "ALTER PUBLICATION ... ADD TABLE ..., DROP TABLE ... as its owner, or make this role the owner");
            }
        } else if (!is(rights, "may_create")) {
            add(
                    "does not exist, and role %s may not create it".formatted(role),
                    "GRANT CREATE ON DATABASE \"%s\" TO \"%s\", or create the publication as another role"
                            .formatted(database, role));
        }
        if (plan.action() == Action.CREATE_FOR_ALL_TABLES) {
            if (!is(rights, "superuser")) {
                add(
                        "does not exist, and only a superuser may create it for all tables",
                        "create it as a superuser, or subscribe to tables by name");
            }
        } else {
            requireOwned(plan.added().stream().filter(ofOthers::contains).toList(), role);
        }
        return obstacles;
    }

    private void requireOwned(List<TableName> foreign, String role) {
        if (!foreign.isEmpty()) {
            add(
                    "is to hold %s, which belong to another role than %s".formatted(foreign, role),
                    "create the publication as the owner of the tables, or as a superuser");
        }
    }

    private static boolean is(Map<String, @Nullable String> rights, String right) {
        return "true".equals(rights.get(right));
    }

    private void add(String problem, String remedy) {
        obstacles.add(new Obstacle(
                Subjects.publication(plan.publication()), problem, remedy, InsufficientPrivilegeException::new));
    }
}
