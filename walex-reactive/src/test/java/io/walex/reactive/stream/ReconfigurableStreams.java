package io.walex.reactive.stream;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.Seen;
import io.walex.reactive.testsupport.StreamFixture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Streams whose configuration changes while they run. */
abstract class ReconfigurableStreams {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    final Seen<String> seen = new Seen<>();

    @BeforeEach
    void createTables() {
        postgres.execute(
                "CREATE TYPE mood AS ENUM ('sad', 'happy')",
                "CREATE TABLE todo (id int PRIMARY KEY)",
                "CREATE TABLE other (id int PRIMARY KEY, mood mood)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    final WalExConfig.Builder config() {
        return streams.config().subscribe("todo");
    }

    final void start(WalEx walex) {
        streams.start(walex.changes().map(ReconfigurableStreams::describe), seen);
        postgres.awaitSlotActive("walex");
    }

    static String describe(Event event) {
        return event.name() + " " + event.newRecord().getText("id");
    }
}
