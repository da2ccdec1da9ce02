package io.walex.reactive.examples.destinations;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.handler.Handlers;
import reactor.core.publisher.Mono;

/** Runs a destination on publication {@code events}, with a slot of its own that remembers where it stands. */
final class Destination {

    private Destination() {}

    static Mono<Void> run(String url, String slot, HandlerModule module) {
        WalExConfig config = WalExConfig.fromUrl(url)
                .publication("events")
                .name(slot)
                .slot(SlotSpec.durable(slot))
                .build();
        return Handlers.builder().module(module).build().run(WalEx.create(config));
    }
}
