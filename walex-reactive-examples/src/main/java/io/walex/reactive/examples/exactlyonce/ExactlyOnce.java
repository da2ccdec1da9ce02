package io.walex.reactive.examples.exactlyonce;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import java.sql.Connection;
import java.sql.DriverManager;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Keeps balances of the table {@code payment (account text, amount numeric)}, which the publication {@code payments}
 * covers. The durable slot makes sure that each payment comes at least once, and {@link Balances} that it counts once.
 *
 * <p>Arguments: the database's URL, and the same as a JDBC URL.
 */
public final class ExactlyOnce {

    private ExactlyOnce() {}

    public static void main(String[] arguments) throws Exception {
        WalExConfig config = WalExConfig.fromUrl(arguments[0])
                .name("balances")
                .publication("payments")
                .slot(SlotSpec.durable("balances"))
                .build();
        Scheduler database = Schedulers.newSingle("database");
        try (Connection connection = DriverManager.getConnection(arguments[1])) {
            Balances balances = Balances.open(connection);
            WalEx.changes(config)
                    .filter(event -> event.type() == EventType.INSERT)
                    .concatMap(event -> add(balances, event).subscribeOn(database), 0)
                    .blockLast();
        }
    }

    private static Mono<Void> add(Balances balances, Event payment) {
        return Mono.fromCallable(() -> {
            balances.add(payment);
            return null;
        });
    }
}
