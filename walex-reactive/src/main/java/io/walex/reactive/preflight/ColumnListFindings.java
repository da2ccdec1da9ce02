package io.walex.reactive.preflight;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import io.walex.reactive.setup.ColumnLists;
import reactor.core.publisher.Flux;

/** Tables of which several publications publish different columns. */
final class ColumnListFindings {

    private ColumnListFindings() {}

    static Flux<Preflight.Finding> findings(ServerConnection server, WalExConfig config, ServerFacts facts) {
        return ColumnLists.find(server, config, facts)
                .flatMapIterable(all -> all)
                .map(each -> Preflight.Finding.fails(
                        "table " + each.table(),
                        "is published with different columns by publications %s, which PostgreSQL refuses at its first change"
                                .formatted(each.publications()),
                        ColumnLists.REMEDY));
    }
}
