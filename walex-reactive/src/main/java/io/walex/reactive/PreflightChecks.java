package io.walex.reactive;

import io.walex.reactive.replication.ServerConnection;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Looks for what would make a stream fail or hurt. */
final class PreflightChecks {

    private PreflightChecks() {}

    static Mono<Preflight> run(ServerConnection server, WalExConfig config) {
        return server.facts()
                .flatMapMany(facts -> Flux.concat(
                        new PreflightServer(server, config, facts).findings(),
                        new PreflightSlot(server, config, facts).findings(),
                        new PreflightSlotAge(server, config, facts).findings(),
                        new PreflightPublications(server, config).findings(),
                        new PreflightTables(server, config).findings(),
                        new PreflightPartitions(server, config).findings(),
                        new PreflightTruncates(server, config).findings(),
                        ColumnLists.findings(server, config, facts).collectList()))
                .flatMapIterable(Function.identity())
                .collectList()
                .map(Preflight::new);
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
