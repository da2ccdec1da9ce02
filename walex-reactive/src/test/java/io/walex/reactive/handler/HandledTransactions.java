package io.walex.reactive.handler;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Handlers of a real server's transactions, and what they got. */
abstract class HandledTransactions {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    final Seen<String> seen = new Seen<>();

    @BeforeEach
    void createTables() {
        postgres.execute(
                "CREATE TABLE users (id int PRIMARY KEY, name text, email text, event_subscribe boolean DEFAULT true, updated_at timestamptz)",
                "CREATE TABLE todo (id int PRIMARY KEY, title text)",
                "ALTER TABLE users REPLICA IDENTITY FULL",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    final WalExConfig.Builder config() {
        return streams.config().messages(true);
    }

    final WalEx start(Handlers handlers) {
        WalEx walex = WalEx.create(config().build());
        run(handlers, walex);
        return walex;
    }

    final Disposable run(Handlers handlers, WalEx walex) {
        return streams.add(handlers.run(walex).subscribe(nothing -> {}, seen::fail, () -> seen.add("completed")));
    }

    /** A handler that lists what it gets, under its name. */
    final EventHandler record(String handler) {
        return events -> Mono.fromRunnable(() -> seen.add(handler + " " + ids(events)));
    }

    static String ids(List<Event> events) {
        return events.stream().map(HandledTransactions::id).collect(Collectors.joining(","));
    }

    static String id(Event event) {
        return switch (event.type()) {
            case INSERT, UPDATE -> event.newRecord().getText("id");
            case DELETE -> event.oldRecord().getText("id");
            default -> event.name();
        };
    }

    static FailurePolicy deadLetters(List<FailedEvents> dead) {
        return FailurePolicy.deadLetter(failed -> Mono.fromRunnable(() -> dead.add(failed)));
    }
}
