package io.walex.reactive.guarantees.acknowledgement;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.config.WhenInUse;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import io.walex.reactive.testsupport.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** What the slot has confirmed, and when. */
class AcknowledgementIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void createSlot() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY)",
                "CREATE TABLE unpublished (id int)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    private WalExConfig.Builder config() {
        return streams.config();
    }

    @Test
    void idleStreamFollowsWritesThatItDoesNotSee() {
        TestDatabase other = postgres.createDatabase();
        try {
            streams.add(WalEx.changes(config().build()).subscribe());
            postgres.awaitSlotActive("walex");

            postgres.execute("INSERT INTO unpublished SELECT * FROM generate_series(1, 1000)");
            streams.awaitConfirmed(postgres.currentLsn());
            other.execute("CREATE TABLE elsewhere AS SELECT * FROM generate_series(1, 1000)");
            streams.awaitConfirmed(postgres.currentLsn());
        } finally {
            streams.stop();
            other.drop();
        }
    }

    @Test
    void idleStreamNeverPassesAnUnacknowledgedTransaction() {
        List<Transaction> open = Collections.synchronizedList(new ArrayList<>());
        streams.add(WalEx.transactions(config().build())
                .flatMap(transaction -> transaction.events().then(Mono.fromRunnable(() -> open.add(transaction))), 10)
                .subscribe());
        postgres.execute("INSERT INTO todo VALUES (1)");
        await().until(() -> open.size() == 1);
        postgres.execute("INSERT INTO unpublished SELECT * FROM generate_series(1, 1000)");
        Lsn later = postgres.currentLsn();
        Mono.delay(Duration.ofSeconds(1)).block();

        assertThat(streams.confirmed()).isLessThan(open.get(0).endLsn());
        open.get(0).acknowledge();
        streams.awaitConfirmed(later);
    }

    @Test
    void heartbeatWritesToTheDatabase() {
        WalExConfig config =
                config().messages(true).heartbeat(Duration.ofMillis(200)).build();

        StepVerifier.create(WalEx.changes(config))
                .assertNext(AcknowledgementIT::assertHeartbeat)
                .assertNext(AcknowledgementIT::assertHeartbeat)
                .thenCancel()
                .verify(PATIENCE);
        postgres.awaitSlotInactive("walex");
    }

    @Test
    void heartbeatRestsWhileAnotherConsumerHasTheSlot() {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        SlotSpec.Durable slot = SlotSpec.durable("walex").whenInUse(WhenInUse.WAIT);
        streams.add(WalEx.changes(config().slot(slot).messages(true).build())
                .map(Event::name)
                .subscribe(seen::add));
        postgres.awaitSlotActive("walex");
        WalEx standby = WalEx.create(
                config().slot(slot).heartbeat(Duration.ofMillis(50)).build());
        Disposable standingBy = standby.changes().subscribe();
        try {
            standby.states()
                    .filter(state -> state instanceof ConnectionState.StandingBy)
                    .blockFirst(PATIENCE);
            await().during(Duration.ofMillis(500)).until(seen::isEmpty);
        } finally {
            standingBy.dispose();
        }
    }

    private static void assertHeartbeat(Event event) {
        assertThat(event.type()).isEqualTo(EventType.MESSAGE);
        assertThat(event.name()).isEqualTo("walex.heartbeat");
    }

    @Test
    void acknowledgedMessageOutsideATransactionIsNotSentAgain() {
        postgres.execute(
                "SELECT pg_logical_emit_message(false, 'one', '')", "SELECT pg_logical_emit_message(false, 'two', '')");
        WalEx walEx = WalEx.create(config().messages(true).build());

        StepVerifier.create(walEx.changes().map(Event::name), 2)
                .expectNext("one", "two")
                .then(() -> walEx.closeGracefully().subscribe())
                .expectComplete()
                .verify(PATIENCE);
        postgres.awaitSlotInactive("walex");

        assertThat(WalEx.changes(config().messages(true).build())
                        .map(Event::name)
                        .blockFirst(PATIENCE))
                .isEqualTo("two");
    }

    /** Such a message ends where the commit begins. */
    @Test
    void messageOutsideATransactionDoesNotHideTheCommitBehindIt() {
        postgres.executeInTransaction(
                "INSERT INTO todo VALUES (1)", "SELECT pg_logical_emit_message(false, 'one', '')");

        List<Event> events = WalEx.changes(config().messages(true).build())
                .take(2)
                .collectList()
                .block(PATIENCE);

        assertThat(events).extracting(Event::name).containsExactly("one", "todo");
        assertThat(events.get(0).position()).isLessThan(events.get(1).position());
    }

    @Test
    void closingConfirmsWhatWasAcknowledgedByHandJustBefore() {
        postgres.execute("INSERT INTO todo VALUES (1)", "INSERT INTO todo VALUES (2)");
        // No status update but the last can carry it.
        WalEx walEx =
                WalEx.create(config().statusInterval(Duration.ofSeconds(20)).build());

        StepVerifier.create(
                        walEx.transactions().concatMap(this::acknowledged, 0).take(1))
                .expectNext(1L)
                .verifyComplete();
        postgres.awaitSlotInactive("walex");

        assertThat(WalEx.changes(config().build())
                        .blockFirst(PATIENCE)
                        .newRecord()
                        .get("id"))
                .isEqualTo(2);
    }

    private Mono<Long> acknowledged(Transaction transaction) {
        return transaction.events().count().doOnNext(count -> transaction.acknowledge());
    }

    @Test
    void pausesAtTheLimitOfUnacknowledgedTransactionsWithoutBlocking() {
        int limit = 10;
        postgres.execute("DO $$ BEGIN FOR i IN 1..50 LOOP INSERT INTO todo VALUES (i); COMMIT; END LOOP; END $$");
        List<Transaction> open = Collections.synchronizedList(new ArrayList<>());
        streams.add(WalEx.transactions(config().maxUnacknowledged(limit).build())
                .flatMap(transaction -> transaction.events().then(Mono.fromRunnable(() -> open.add(transaction))), 1000)
                .subscribe());

        await().until(() -> open.size() == limit);
        Mono.delay(Duration.ofMillis(500)).block();
        assertThat(open).hasSize(limit);

        open.get(0).acknowledge();
        await().until(() -> open.size() == limit + 1);
        for (int done = 1; done < 50; done++) {
            int number = done;
            await().until(() -> open.size() > number);
            open.get(number).acknowledge();
        }
        streams.awaitConfirmed(open.get(49).endLsn());
    }

    @Test
    void acknowledgesFromManyThreadsInAnyOrder() {
        postgres.execute("DO $$ BEGIN FOR i IN 1..2000 LOOP INSERT INTO todo VALUES (i); COMMIT; END LOOP; END $$");
        Lsn end = postgres.currentLsn();
        streams.add(WalEx.transactions(config().build())
                .flatMap(
                        transaction -> transaction
                                .events()
                                .count()
                                .delayElement(Duration.ofMillis(transaction.xid() % 7))
                                .publishOn(Schedulers.parallel())
                                .doOnNext(count -> transaction.acknowledge()),
                        500)
                .subscribe());

        streams.awaitConfirmed(end);
    }

    @Test
    void consumedTransactionEndsAfterACancel() {
        postgres.execute("INSERT INTO todo SELECT * FROM generate_series(1, 5000)", "INSERT INTO todo VALUES (0)");

        StepVerifier.create(WalEx.transactions(config().build()).take(1).concatMap(this::acknowledged))
                .expectNext(5000L)
                .expectComplete()
                .verify(PATIENCE);
        postgres.awaitSlotInactive("walex");

        assertThat(WalEx.changes(config().build())
                        .blockFirst(PATIENCE)
                        .newRecord()
                        .get("id"))
                .isEqualTo(0);
    }

    @Test
    void transactionInHandEndsBeforeTheStreamThatIsClosed() {
        postgres.execute("INSERT INTO todo SELECT * FROM generate_series(1, 5)", "INSERT INTO todo VALUES (6)");
        WalEx walEx = WalEx.create(config().build());

        StepVerifier.create(walEx.transactions().concatMap(this::eventsThenAcknowledged, 0), 1)
                .expectNextCount(1)
                .then(() -> walEx.closeGracefully().subscribe())
                .thenRequest(Long.MAX_VALUE)
                .expectNextCount(4)
                .expectComplete()
                .verify(PATIENCE);
        postgres.awaitSlotInactive("walex");

        assertThat(WalEx.changes(config().build())
                        .blockFirst(PATIENCE)
                        .newRecord()
                        .get("id"))
                .isEqualTo(6);
    }

    private Flux<Event> eventsThenAcknowledged(Transaction transaction) {
        return transaction.events().doOnComplete(transaction::acknowledge);
    }

    @Test
    void openTransactionFailsOnTheStreamsThreadWhenTheStreamIsClosed() {
        postgres.execute("INSERT INTO todo SELECT * FROM generate_series(1, 3)");
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        WalEx walEx = WalEx.create(config().build());

        StepVerifier.create(walEx.transactions().concatMap(transaction -> recorded(transaction, threads), 0), 1)
                .expectNextCount(1)
                .then(() -> walEx.closeGracefully().block(PATIENCE))
                .expectComplete()
                .verify(PATIENCE);

        assertThat(threads).hasSize(2);
        assertThat(threads.get(1)).isSameAs(threads.get(0));
    }

    private static Flux<Event> recorded(Transaction transaction, List<Thread> threads) {
        return transaction
                .events()
                .doOnNext(event -> threads.add(Thread.currentThread()))
                .doOnError(ended -> threads.add(Thread.currentThread()))
                .onErrorComplete(CancellationException.class);
    }

    @Test
    void handsOutTransactionsWithoutPrefetchAsLiveStreams() {
        postgres.execute("INSERT INTO todo SELECT * FROM generate_series(1, 3)");

        StepVerifier.create(WalEx.transactions(config().build()).concatMap(Transaction::events, 0), 1)
                .expectNextCount(1)
                .thenRequest(1)
                .expectNextCount(1)
                .thenCancel()
                .verify(PATIENCE);
    }
}
