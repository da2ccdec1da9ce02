package io.walex.reactive.examples.fromwalex;

import io.walex.reactive.WalEx;
import io.walex.reactive.WalExInstances;
import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.handler.HandlerModules;
import io.walex.reactive.handler.Handlers;
import io.walex.reactive.spool.DiskSpool;
import java.nio.file.Path;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Shown in {@code docs/from-walex.md}; {@code FromWalExTests} compares. */
final class Application {

    private final WalExInstances instances = new WalExInstances();

    WalExConfig config() {
        return WalExConfig.builder()
                .host("localhost")
                .port(5432)
                .username("postgres")
                .password("postgres")
                .database("postgres")
                .publication("events")
                .subscribe("user", "todo")
                .name("MyApp")
                .build();
    }

    WalExConfig fromUrl() {
        return WalExConfig.fromUrl("postgres://username:password@hostname:5432/database")
                .publication("events")
                .subscribe("*")
                .name("MyApp")
                .build();
    }

    Mono<Void> start() {
        WalEx walex = instances.create(config());
        Handlers handlers = Handlers.builder().module(new UserEvents()).build();
        return handlers.run(walex);
    }

    Mono<Void> byConvention() {
        WalEx walex = instances.create(config());
        Handlers.Builder handlers = Handlers.builder();
        HandlerModules.inPackage(
                        "com.example.events",
                        walex.config().subscriptions(),
                        getClass().getClassLoader())
                .forEach(handlers::module);
        return handlers.build().run(walex);
    }

    void change() {
        WalEx walex = instances.find("MyApp").orElseThrow();
        walex.reconfigure(c -> c.addSubscriptions("new_subscriptions_1", "new_subscriptions_2"));
        walex.reconfigure(c -> c.removeSubscriptions("subscriptions"));
        walex.reconfigure(c -> c.password("new_password"));
    }

    void change(Handlers handlers, HandlerModule module, HandlerModule replacement) {
        handlers.add(module);
        handlers.replace(module, replacement);
        handlers.remove(replacement);
    }

    WalExConfig durable() {
        return config().mutate()
                .slot(SlotSpec.durable("my_app_replication_slot"))
                .build();
    }

    WalExConfig spooled() {
        return durable()
                .mutate()
                .middleware(DiskSpool.in(Path.of("/var/lib/my_app")).maxBytes(10L << 30))
                .build();
    }

    WalExConfig slowedDown(Middleware own) {
        return durable().mutate().middleware(own).build();
    }

    Disposable stream(WalEx walex) {
        return walex.changes().subscribe(event -> System.out.println(event.changes()));
    }
}
