package io.walex.reactive.guarantees.options;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventJson;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.ReplicationOrigin;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.event.TransactionAssembler;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.testsupport.LogLines;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Transactions that were replicated here from elsewhere say so. */
class OriginIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
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
        postgres.rollbackPrepared();
        postgres.execute("SELECT pg_replication_origin_drop('%s')".formatted(origin.name()));
    }

    private void createSlot(boolean twoPhase) {
        postgres.execute("SELECT pg_create_logical_replication_slot('walex', 'pgoutput', false, " + twoPhase + ")");
    }

    private void replicate(String... statements) {
        postgres.executeReplicated(origin.name(), origin.lsn().toString(), statements);
    }

    private List<Transaction> transactions(int count, UnaryOperator<WalExConfig.Builder> options) {
        WalExConfig.Builder config = streams.config();
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
        postgres.awaitSlotInactive("walex");
        List<Event> events =
                WalEx.changes(streams.config().build()).take(2).collectList().block(PATIENCE);
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

    /** Each statement in a transaction of its own, as a client of this server or an apply worker runs it. */
    private void run(boolean replicated, String... statements) {
        List<String> all = new ArrayList<>(List.of(statements));
        if (replicated) {
            all.add(0, "SELECT pg_replication_origin_session_setup('%s')".formatted(origin.name()));
            all.add("SELECT pg_replication_origin_session_reset()");
        }
        postgres.execute(all.toArray(String[]::new));
    }

    private String gid(int id) {
        return postgres.name() + id;
    }

    private void prepare(int id, boolean replicated) {
        run(
                replicated,
                "BEGIN",
                "INSERT INTO todo VALUES (%d)".formatted(id),
                "PREPARE TRANSACTION '%s'".formatted(gid(id)));
    }

    private void end(String outcome, int id, boolean replicated) {
        run(replicated, "%s PREPARED '%s'".formatted(outcome, gid(id)));
    }

    private void start(TwoPhase twoPhase, OriginFilter filter) {
        streams.stop();
        postgres.awaitSlotInactive("walex");
        received.clear();
        streams.add(
                WalEx.changes(streams.config().twoPhase(twoPhase).origin(filter).build())
                        .map(this::describe)
                        .subscribe(received::add, errors::add));
    }

    private String describe(Event event) {
        boolean outcome = event.type() == EventType.COMMIT_PREPARED || event.type() == EventType.ROLLBACK_PREPARED;
        return outcome
                ? event.type() + " " + event.name().substring(postgres.name().length())
                : String.valueOf(event.newRecord().get("id"));
    }

    private void awaitReceived(String... events) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(errors).isEmpty();
            assertThat(received).containsExactly(events);
        });
    }

    /** All pairs of where a transaction is prepared and ends, but for those whose outcome alone is left out. */
    private void prepareAndEnd() {
        prepare(1, false);
        end("COMMIT", 1, false);
        prepare(2, false);
        end("ROLLBACK", 2, false);
        prepare(3, true);
        end("COMMIT", 3, false);
        prepare(4, true);
        end("ROLLBACK", 4, false);
        prepare(5, true);
        end("COMMIT", 5, true);
        prepare(6, true);
        end("ROLLBACK", 6, true);
        postgres.execute("INSERT INTO todo VALUES (7)");
    }

    @Test
    void readsPastTheCommitOfWhatWasPreparedElsewhere() {
        createSlot(true);
        prepareAndEnd();

        try (LogLines log = LogLines.capture(TransactionAssembler.class)) {
            start(TwoPhase.AT_COMMIT, OriginFilter.NONE);

            awaitReceived("1", "7");
            streams.awaitConfirmed(postgres.currentLsn());
            assertThat(log.messages()).singleElement().asString().contains("\"" + gid(3) + "\"");
        }
    }

    @Test
    void outcomesOfWhatWasPreparedElsewhereComeWithoutItAtPrepare() {
        createSlot(true);
        prepareAndEnd();
        prepare(8, false);
        end("COMMIT", 8, true);
        prepare(9, false);
        end("ROLLBACK", 9, true);

        start(TwoPhase.AT_PREPARE, OriginFilter.NONE);

        awaitReceived(
                "1",
                "COMMIT_PREPARED 1",
                "2",
                "ROLLBACK_PREPARED 2",
                "COMMIT_PREPARED 3",
                "ROLLBACK_PREPARED 4",
                "7",
                "8",
                "9");
        streams.awaitConfirmed(postgres.currentLsn());
    }

    @Test
    void aGidThatEndedElsewhereAndIsUsedAgainStandsForAnotherTransaction() {
        createSlot(true);
        start(TwoPhase.AT_COMMIT, OriginFilter.NONE);
        prepare(1, false);
        postgres.execute("INSERT INTO todo VALUES (2)");
        awaitReceived("2");

        end("ROLLBACK", 1, true);
        prepare(1, true);
        end("COMMIT", 1, false);
        postgres.execute("INSERT INTO todo VALUES (3)");

        awaitReceived("2", "3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"COMMIT", "ROLLBACK"})
    void whatEndedElsewhereIsHeldUntilAllOriginsAreRead(String outcome) {
        createSlot(true);
        prepare(1, false);
        end(outcome, 1, true);
        postgres.execute("INSERT INTO todo VALUES (2)", "INSERT INTO todo VALUES (3)");
        start(TwoPhase.AT_COMMIT, OriginFilter.NONE);
        awaitReceived("2", "3");

        start(TwoPhase.AT_COMMIT, OriginFilter.ANY);

        awaitReceived(outcome.equals("COMMIT") ? new String[] {"1", "2", "3"} : new String[] {"2", "3"});
        streams.awaitConfirmed(postgres.currentLsn());
    }
}
