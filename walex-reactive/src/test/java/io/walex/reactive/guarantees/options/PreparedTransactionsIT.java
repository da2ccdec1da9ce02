package io.walex.reactive.guarantees.options;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.TwoPhase;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What {@code twoPhase} brings: when prepared transactions are delivered, and acknowledged. */
class PreparedTransactionsIT extends OptionalStreams {

    @Test
    void deliversPreparedTransactionsAtPrepareWithTheirOutcome() {
        postgres.execute("CREATE PUBLICATION events FOR ALL TABLES");
        createSlot(true);
        postgres.executeInTransaction("INSERT INTO todo VALUES (1)", "PREPARE TRANSACTION 'first'");
        postgres.executeInTransaction("INSERT INTO todo VALUES (2)", "PREPARE TRANSACTION 'second'");
        postgres.execute("ROLLBACK PREPARED 'second'", "COMMIT PREPARED 'first'");

        List<Event> events = take(4, config -> config.twoPhase(TwoPhase.AT_PREPARE));

        assertThat(events)
                .extracting(event -> event.type() + " " + event.gid())
                .containsExactly("INSERT first", "INSERT second", "ROLLBACK_PREPARED second", "COMMIT_PREPARED first");
    }

    @Test
    void deliversPreparedTransactionsAtCommitAndHoldsTheSlotUntilThen() {
        postgres.execute("CREATE PUBLICATION events FOR ALL TABLES");
        createSlot(true);
        postgres.executeInTransaction("INSERT INTO todo VALUES (1)", "PREPARE TRANSACTION 'first'");
        postgres.execute("INSERT INTO todo VALUES (2)", "INSERT INTO todo VALUES (3)");
        UnaryOperator<WalExConfig.Builder> atCommit = config -> config.twoPhase(TwoPhase.AT_COMMIT);

        assertThat(ids(take(2, atCommit))).containsExactly(2, 3);
        // Although 2 was acknowledged, nothing behind the prepared transaction was confirmed.
        assertThat(ids(take(1, atCommit))).containsExactly(2);
        postgres.execute("COMMIT PREPARED 'first'");

        assertThat(ids(take(3, atCommit))).containsExactly(2, 3, 1);
    }

    @Test
    void sendsAPreparedTransactionAgainThatWasReceivedButNotAcknowledged() {
        postgres.execute("CREATE PUBLICATION events FOR ALL TABLES");
        createSlot(true);
        postgres.executeInTransaction("INSERT INTO todo VALUES (1)", "PREPARE TRANSACTION 'first'");
        postgres.execute("INSERT INTO todo VALUES (2)");
        WalExConfig config = config().twoPhase(TwoPhase.AT_COMMIT).build();

        List<Object> received = WalEx.transactions(config)
                .concatMap(transaction -> transaction
                        .events()
                        .map(event -> event.newRecord().get("id"))
                        .collectList()
                        .doOnNext(ids -> {
                            if (ids.contains(2)) {
                                transaction.acknowledge();
                                postgres.execute("COMMIT PREPARED 'first'");
                            }
                        })
                        // Long enough for the slot to be told of whatever counts as acknowledged.
                        .delayElement(Duration.ofSeconds(1)))
                .flatMapIterable(ids -> ids)
                .take(2)
                .collectList()
                .block(PATIENCE);
        assertThat(received).isEqualTo(List.of(2, 1));

        assertThat(ids(take(2, options -> options.twoPhase(TwoPhase.AT_COMMIT))))
                .containsExactly(2, 1);
    }

    @Test
    void refusesATwoPhaseSlotWhenPreparedTransactionsAreNotWanted() {
        postgres.execute("CREATE PUBLICATION events FOR ALL TABLES");
        createSlot(true);

        assertThatThrownBy(() -> take(1, config -> config))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("twoPhase(AT_COMMIT)");
    }

    @Test
    void streamsTransactionsWithTheirGid() {
        postgres.execute("CREATE PUBLICATION events FOR ALL TABLES");
        createSlot(true);
        postgres.executeInTransaction("INSERT INTO todo VALUES (1)", "PREPARE TRANSACTION 'first'");
        postgres.execute("COMMIT PREPARED 'first'");

        List<String> gids = WalEx.transactions(
                        config().twoPhase(TwoPhase.AT_COMMIT).build())
                .take(1)
                .concatMap(transaction -> transaction.events().then(Mono.fromSupplier(transaction::gid)))
                .collectList()
                .block(PATIENCE);

        assertThat(gids).containsExactly("first");
    }

    @Test
    void preparedTransactionsDoNotCountAsUnacknowledged() {
        postgres.execute("CREATE PUBLICATION events FOR ALL TABLES");
        createSlot(true);
        postgres.executeInTransaction("INSERT INTO todo VALUES (1)", "PREPARE TRANSACTION 'first'");
        postgres.executeInTransaction("INSERT INTO todo VALUES (2)", "PREPARE TRANSACTION 'second'");
        postgres.execute("COMMIT PREPARED 'first'", "COMMIT PREPARED 'second'", "INSERT INTO todo VALUES (3)");

        List<Object> ids = WalEx.transactions(config().twoPhase(TwoPhase.AT_COMMIT)
                        .maxUnacknowledged(1)
                        .build())
                .concatMap(transaction -> transaction.events().doOnComplete(transaction::acknowledge))
                .map(event -> event.newRecord().get("id"))
                .take(3)
                .collectList()
                .block(PATIENCE);

        assertThat(ids).isEqualTo(List.of(1, 2, 3));
    }
}
