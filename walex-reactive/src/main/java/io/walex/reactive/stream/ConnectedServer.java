package io.walex.reactive.stream;

import io.walex.reactive.config.Middleware;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.TimelineHistory;
import io.walex.reactive.server.Connector;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import reactor.core.publisher.Mono;

/** What a middleware may know of the server. The history costs a connection, so it is read when it is asked for. */
record ConnectedServer(ServerFacts facts, Connector connector) implements Middleware.Server {

    @Override
    public String systemIdentifier() {
        return facts.systemIdentifier();
    }

    @Override
    public int timeline() {
        return facts.timeline();
    }

    @Override
    public Mono<Lsn> endOf(int timeline) {
        return timeline < facts.timeline()
                ? TimelineHistory.read(connector, facts.timeline()).map(history -> history.endOf(timeline))
                : Mono.just(Lsn.INVALID);
    }
}
