package io.walex.reactive.examples.readme;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Changes one of these lines? The README shows them; {@code ReadmeTests} compares. */
abstract class WelcomeNewUsers {

    Disposable start() {
        WalExConfig config = WalExConfig.fromUrl("postgresql://walex:secret@localhost:5432/todos")
                .publication("events")
                .subscribe("user", "todo")
                .slot(SlotSpec.durable("welcome"))
                .build();

        return WalEx.changes(config)
                .filter(event -> event.type() == EventType.INSERT)
                .filter(event -> event.source().table().equals("user"))
                .concatMap(this::sendWelcome)
                .subscribe();
    }

    abstract Mono<Void> sendWelcome(Event newUser);
}
