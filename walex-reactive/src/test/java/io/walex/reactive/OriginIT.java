package io.walex.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventJson;
import io.walex.reactive.event.ReplicationOrigin;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.testsupport.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** Transactions that were replicated here from elsewhere say so. */
class OriginIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    private ReplicationOrigin origin;

    @BeforeEach
    void createOrigin() {
        origin = new ReplicationOrigin(postgres.name(), Lsn.parse("0/ABC"));
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_replication_origin_create('%s')".formatted(origin.name()));
    }

    @AfterEach
    void dropOrigin() {
        postgres.execute("SELECT pg_replication_origin_drop('%s')".formatted(origin.name()));
    }

    private void createSlot(boolean twoPhase) {
        postgres.execute("SELECT pg_create_logical_replication_slot('walex', 'pgoutput', false, " + twoPhase + ")");
    }

    /** The statements in one transaction, as an apply worker runs it. */
    private void replicate(String... statements) {
        List<String> all = new ArrayList<>(List.of(
                "SELECT pg_replication_origin_session_setup('%s')".formatted(origin.name()),
                "SELECT pg_replication_origin_xact_setup('%s', now())".formatted(origin.lsn())));
        all.addAll(List.of(statements));
        postgres.executeInTransaction(all.toArray(String[]::new));
    }

    private List<Transaction> transactions(int count, UnaryOperator<WalExConfig.Builder> options) {
        WalExConfig.Builder config =
                WalExConfig.fromUrl(postgres.url()).publication("events").slot(SlotSpec.durable("walex"));
        return WalEx.transactions(options.apply(config).build())
                .concatMap(transaction -> transaction.events().then(Mono.just(transaction)))
                .take(count)
                .collectList()
                .block(PATIENCE);
    }

    @Test
    void transactionsAndTheirEventsSayWhereTheyWereReplicatedFrom() {
        createSlot(false);
        replicate("INSERT INTO todo VALUES (1)");
        postgres.execute("INSERT INTO todo VALUES (2)");

        assertThat(transactions(2, config -> config))
                .extracting(Transaction::origin)
                .containsExactly(origin, null);
        List<Event> events = WalEx.changes(WalExConfig.fromUrl(postgres.url())
                        .publication("events")
                        .slot(SlotSpec.durable("walex"))
                        .build())
                .take(2)
                .collectList()
                .block(PATIENCE);
        assertThat(events).extracting(Event::origin).containsExactly(origin, null);
        assertThat(EventJson.toJson(events.get(0)))
                .contains("\"origin\":{\"name\":\"%s\",\"lsn\":\"0/ABC\"}".formatted(origin.name()));
        assertThat(EventJson.toJson(events.get(1))).doesNotContain("origin");
    }

    @Test
    void streamedTransactionsSayWhereTheyWereReplicatedFrom() {
        postgres.execute(
                "ALTER DATABASE %s SET debug_logical_replication_streaming = 'immediate'".formatted(postgres.name()));
        createSlot(false);
        replicate("INSERT INTO todo VALUES (1)", "INSERT INTO todo VALUES (2)");

        // The server streams before the origin's LSN is known, and tells it no more.
        assertThat(transactions(1, config -> config.streaming(Streaming.ON)))
                .extracting(Transaction::origin)
                .containsExactly(new ReplicationOrigin(origin.name(), null));
    }

    @ParameterizedTest
    @EnumSource(names = {"AT_PREPARE", "AT_COMMIT"})
    void preparedTransactionsSayWhereTheyWereReplicatedFrom(TwoPhase twoPhase) {
        createSlot(true);
        replicate("INSERT INTO todo VALUES (1)", "PREPARE TRANSACTION '%s'".formatted(postgres.name()));
        postgres.execute("COMMIT PREPARED '%s'".formatted(postgres.name()));

        assertThat(transactions(1, config -> config.twoPhase(twoPhase)))
                .extracting(Transaction::origin)
                .containsExactly(origin);
    }
}
