package io.walex.reactive.guarantees.options;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Streams of slot {@code walex} with one option or another. */
abstract class OptionalStreams {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void createTable() {
        postgres.execute("CREATE TABLE todo (id int PRIMARY KEY, title text, secret text)");
    }

    final void createSlot(boolean twoPhase) {
        postgres.execute("SELECT pg_create_logical_replication_slot('walex', 'pgoutput', false, " + twoPhase + ")");
    }

    final WalExConfig.Builder config() {
        return streams.config();
    }

    /** The first events, of a stream that has ended by then. */
    final List<Event> take(int count, UnaryOperator<WalExConfig.Builder> options) {
        List<Event> events = WalEx.changes(options.apply(config()).build())
                .take(count)
                .collectList()
                .block(PATIENCE);
        postgres.slots().all().forEach(slot -> postgres.awaitSlotInactive(slot.name()));
        return events;
    }

    static List<Object> ids(List<Event> events) {
        return events.stream().map(event -> event.newRecord().get("id")).toList();
    }
}
