package io.walex.reactive.examples.webflux;

import io.walex.reactive.WalEx;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventJson;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

/** Sends changes to browsers as server-sent events, whose id is the event's position. */
@RestController
class ChangesController {

    private final Flux<ServerSentEvent<String>> changes;

    /** One replication stream for all clients, as long as there is one; a client that cannot keep up misses events. */
    ChangesController(WalEx walex) {
        changes = walex.changes()
                .map(ChangesController::serverSent)
                .publish()
                .refCount(1)
                .onBackpressureLatest();
    }

    @GetMapping(path = "/changes", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<String>> changes() {
        return changes;
    }

    private static ServerSentEvent<String> serverSent(Event event) {
        return ServerSentEvent.builder(EventJson.toJson(event))
                .id(event.position().toString())
                .event(event.type().jsonName())
                .build();
    }
}
