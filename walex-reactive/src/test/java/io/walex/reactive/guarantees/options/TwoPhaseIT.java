package io.walex.reactive.guarantees.options;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two-phase transactions across lost connections, other settings and streaming. */
class TwoPhaseIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();

    @BeforeEach
    void createTable() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, title text)", "CREATE PUBLICATION events FOR ALL TABLES");
    }

    @AfterEach
    void stop() {
        postgres.rollbackPrepared();
    }

    private void createSlot(boolean twoPhase) {
        postgres.execute("SELECT pg_create_logical_replication_slot('walex', 'pgoutput', false, " + twoPhase + ")");
    }

    private void streamAtOnce() {
        postgres.execute(
                "ALTER DATABASE %s SET debug_logical_replication_streaming = 'immediate'".formatted(postgres.name()));
    }

    private String gid(String name) {
        return postgres.name() + name;
    }

    private void prepare(String name, String... statements) {
        String[] all = Arrays.copyOf(statements, statements.length + 1);
        all[statements.length] = "PREPARE TRANSACTION '%s'".formatted(gid(name));
        postgres.executeInTransaction(all);
    }

    private void end(String outcome, String name) {
        postgres.execute("%s PREPARED '%s'".formatted(outcome, gid(name)));
    }

    private static WalExConfig.Builder streamed(WalExConfig.Builder config) {
        return config.streaming(Streaming.ON);
    }

    private void start(TwoPhase twoPhase) {
        start(twoPhase, config -> config);
    }

    private void start(TwoPhase twoPhase, UnaryOperator<WalExConfig.Builder> options) {
        WalExConfig.Builder config = streams.config().twoPhase(twoPhase);
        streams.add(
                WalEx.changes(options.apply(config).build()).map(this::describe).subscribe(received::add, errors::add));
    }

    private void restart(TwoPhase twoPhase) {
        streams.stop();
        postgres.awaitSlotInactive("walex");
        received.clear();
        start(twoPhase);
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

    private void reconnect() {
        postgres.awaitSlotActive("walex");
        assertThat(postgres.terminateWalsenders("walex")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"AT_PREPARE, false", "AT_PREPARE, true", "AT_COMMIT, false", "AT_COMMIT, true"})
    void outcomesFollowAcrossALostConnection(TwoPhase twoPhase, boolean streamed) {
        createSlot(true);
        if (streamed) {
            streamAtOnce();
        }
        start(twoPhase, config -> streamed ? streamed(config) : config);
        prepare("committed", "INSERT INTO todo VALUES (1)");
        prepare("rolled back", "INSERT INTO todo VALUES (2)");
        postgres.execute("INSERT INTO todo VALUES (3)");
        String[] before = twoPhase == TwoPhase.AT_PREPARE ? new String[] {"1", "2", "3"} : new String[] {"3"};
        awaitReceived(before);

        reconnect();
        end("ROLLBACK", "rolled back");
        end("COMMIT", "committed");
        postgres.execute("INSERT INTO todo VALUES (4)");

        if (twoPhase == TwoPhase.AT_PREPARE) {
            awaitReceived("1", "2", "3", "ROLLBACK_PREPARED rolled back", "COMMIT_PREPARED committed", "4");
        } else {
            awaitReceived("3", "1", "4");
        }
    }

    @Test
    void streamedTransactionsAreDeliveredAtPrepareWithTheirOutcome() {
        createSlot(true);
        streamAtOnce();
        prepare("committed", "INSERT INTO todo VALUES (1)", "INSERT INTO todo VALUES (2)");
        prepare(
                "rolled back",
                "INSERT INTO todo VALUES (3)",
                "SAVEPOINT s",
                "INSERT INTO todo VALUES (4)",
                "ROLLBACK TO s",
                "INSERT INTO todo VALUES (5)");
        end("ROLLBACK", "rolled back");
        end("COMMIT", "committed");

        start(TwoPhase.AT_PREPARE, TwoPhaseIT::streamed);

        awaitReceived("1", "2", "3", "5", "ROLLBACK_PREPARED rolled back", "COMMIT_PREPARED committed");
    }

    @Test
    void transactionsPreparedBeforeTheSlotDecodedThemComeAtTheirCommit() {
        createSlot(false);
        prepare("early", "INSERT INTO todo VALUES (1)");
        String options = "('walex', NULL, NULL, 'proto_version', '3', 'publication_names', 'events'";
        postgres.execute(
                "SELECT pg_logical_slot_get_binary_changes" + options + ")",
                "SELECT pg_logical_slot_peek_binary_changes" + options + ", 'two_phase', 'on')",
                "INSERT INTO todo VALUES (2)");
        start(TwoPhase.AT_PREPARE);
        awaitReceived("2");
        prepare("in time", "INSERT INTO todo VALUES (3)");
        awaitReceived("2", "3");

        end("COMMIT", "early");
        end("COMMIT", "in time");

        awaitReceived("2", "3", "1", "COMMIT_PREPARED early", "COMMIT_PREPARED in time");
    }

    @Test
    void aSlotIsReadAtPrepareAfterAtCommit() {
        createSlot(true);
        prepare("x", "INSERT INTO todo VALUES (1)");
        postgres.execute("INSERT INTO todo VALUES (2)");
        start(TwoPhase.AT_COMMIT);
        awaitReceived("2");

        restart(TwoPhase.AT_PREPARE);

        awaitReceived("1", "2");
        end("COMMIT", "x");
        awaitReceived("1", "2", "COMMIT_PREPARED x");
    }

    @Test
    void aSlotIsReadAtCommitAfterAtPrepareUntilATransactionIsMissing() {
        createSlot(true);
        prepare("x", "INSERT INTO todo VALUES (1)");
        postgres.execute("INSERT INTO todo VALUES (2)", "INSERT INTO todo VALUES (3)");
        start(TwoPhase.AT_PREPARE);
        awaitReceived("1", "2", "3");

        restart(TwoPhase.AT_COMMIT);
        end("COMMIT", "x");

        await().atMost(PATIENCE).until(() -> !errors.isEmpty());
        assertThat(errors.get(0))
                .isInstanceOf(PgOutputDecodingException.class)
                .hasMessageContaining(gid("x"))
                .hasMessageContaining("twoPhase(AT_PREPARE)");
    }
}
