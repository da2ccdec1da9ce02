package io.walex.reactive.preflight;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.preflight.Preflight.Finding;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import io.walex.reactive.setup.ColumnLists;
import io.walex.reactive.setup.Obstacle;
import io.walex.reactive.setup.PublicationPlan;
import io.walex.reactive.setup.PublicationRights;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Looks for what would make a stream fail or hurt; what makes it fail, in the order of a start. */
public final class PreflightChecks {

    private PreflightChecks() {}

    public static Mono<Preflight> run(ServerConnection server, WalExConfig config) {
        return server.facts()
                .flatMap(facts -> PublicationPlan.find(server.publications(), config)
                        .flatMap(plan -> run(server, config, facts, plan)));
    }

    private static Mono<Preflight> run(
            ServerConnection server, WalExConfig config, ServerFacts facts, PublicationPlan plan) {
        return Flux.concat(
                        new ServerFindings(server, config, facts).findings(),
                        Mono.fromSupplier(() -> findings(plan.obstacles())),
                        PublicationRights.obstacles(server, plan).map(PreflightChecks::findings),
                        ColumnLists.obstacles(server, config, facts).map(PreflightChecks::findings),
                        new SlotFindings(server, config, facts).findings(),
                        new SlotAgeFindings(server, config, facts).findings(),
                        new SnapshotFindings(server, config, facts).findings(),
                        new TableFindings(server, config, plan).findings(),
                        new PartitionFindings(server, config).findings(),
                        new TruncateFindings(server, config, plan).findings())
                .flatMapIterable(Function.identity())
                .collectList()
                .map(Preflight::new);
    }

    private static List<Finding> findings(List<Obstacle> obstacles) {
        return obstacles.stream().map(Finding::of).toList();
    }

    static long number(Map<String, @Nullable String> row, String column) {
        return Long.parseLong(text(row, column));
    }

    static String text(Map<String, @Nullable String> row, String column) {
        return Objects.requireNonNull(row.get(column), column);
    }

    static boolean isTrue(Map<String, @Nullable String> row, String column) {
        return "true".equals(row.get(column));
    }
}
