package io.walex.reactive.snapshot;

import io.walex.reactive.replication.SubscriptionLoop;
import io.walex.reactive.server.Connector;
import reactor.core.publisher.Mono;

record StartWait(Connector connector, SubscriptionLoop loop, String snapshot) {
    Mono<Void> passed() {
        return Mono.empty();
    }
}
