package io.walex.reactive.guarantees.acknowledgement;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.ConnectionLostException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What a subscriber of {@code changes()} sees, and what the server sees of it. */
class ChangesIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @BeforeEach
    void createTables() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, title text)",
                "CREATE TABLE other (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR ALL TABLES");
    }

    private void createSlot() {
        postgres.execute("SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    private WalExConfig.Builder config() {
        return streams.config().subscribe("todo");
    }

    private static Object id(Event event) {
        return event.newRecord().get("id");
    }

    private void awaitDisconnected() {
        await().until(() -> postgres.queryText(
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + postgres.name() + "'")
                .equals("0"));
    }

    @Test
    void deliversOnlySubscribedTables() {
        createSlot();
        postgres.execute("INSERT INTO todo VALUES (1, 'a')", "INSERT INTO other VALUES (1)", "TRUNCATE todo, other");

        StepVerifier.create(WalEx.changes(config().build())
                        .map(event -> event.type().jsonName() + " " + event.name()))
                .expectNext("insert todo", "truncate todo")
                .thenCancel()
                .verify(PATIENCE);
    }

    @Test
    void keepsTheOrderInsideATransaction() {
        createSlot();
        postgres.execute("INSERT INTO todo SELECT i, 'x' FROM generate_series(1, 10000) i");

        List<Event> events =
                WalEx.changes(config().build()).take(10_000).collectList().block(PATIENCE);

        assertThat(events)
                .extracting(ChangesIT::id)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 10_000).boxed().toList());
        assertThat(events)
                .extracting(event -> event.position().ordinal())
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(events).extracting(Event::lsn).containsOnly(events.get(0).lsn());
    }

    @Test
    void doesNothingBeforeItIsSubscribedTo() {
        WalEx.changes(config().build());

        assertThat(postgres.slots().all()).isEmpty();
    }

    @Test
    void acknowledgesOnlyAfterDownstreamRequestsPastCommit() {
        createSlot();
        postgres.execute("INSERT INTO todo VALUES (1, 'a'), (2, 'b')");
        Lsn after = postgres.currentLsn();
        AtomicReference<Lsn> commit = new AtomicReference<>();

        StepVerifier.create(WalEx.changes(config().build()), 0)
                .thenRequest(2)
                .expectNextCount(1)
                .assertNext(event -> commit.set(event.position().commitLsn()))
                .thenAwait(Duration.ofMillis(500))
                // A keepalive may have confirmed what came before.
                .then(() -> assertThat(streams.confirmed()).isLessThanOrEqualTo(commit.get()))
                .thenRequest(1)
                .then(() -> postgres.slots()
                        .await("walex", slot -> slot.confirmedFlushLsn().compareTo(after) >= 0))
                .thenCancel()
                .verify(PATIENCE);
    }

    @Test
    void redeliversWhatWasNotAcknowledgedToTheNextSubscriber() {
        createSlot();
        postgres.execute("INSERT INTO todo VALUES (1, 'a')", "INSERT INTO todo VALUES (2, 'b'), (3, 'c')");
        List<Event> first =
                WalEx.changes(config().build()).take(2).collectList().block(PATIENCE);
        postgres.awaitSlotInactive("walex");

        List<Event> second =
                WalEx.changes(config().build()).take(2).collectList().block(PATIENCE);

        assertThat(second.get(0).position()).isEqualTo(first.get(1).position());
        assertThat(second).extracting(ChangesIT::id).containsExactly(2, 3);
    }

    @Test
    void cancelDropsTheTemporarySlotAndFreesTheConnection() {
        var stream = WalEx.changes(config().slot(SlotSpec.temporary()).build()).subscribe();
        await().until(() -> postgres.slots().all().stream().anyMatch(slot -> slot.temporary() && slot.active()));

        stream.dispose();

        postgres.awaitNoSlots();
        awaitDisconnected();
    }

    @Test
    void cancelWhileConnectingLeavesNothingBehind() {
        for (int i = 0; i < 20; i++) {
            var stream =
                    WalEx.changes(config().slot(SlotSpec.temporary()).build()).subscribe();
            Mono.delay(Duration.ofMillis(5L * i)).block();
            stream.dispose();
        }

        postgres.awaitNoSlots();
        awaitDisconnected();
    }

    @Test
    void closeGracefullyCompletesAndConfirmsWhatWasAcknowledged() {
        createSlot();
        WalEx walEx =
                WalEx.create(config().statusInterval(Duration.ofSeconds(20)).build());
        postgres.execute("INSERT INTO todo VALUES (1, 'a')", "INSERT INTO todo VALUES (2, 'b'), (3, 'c')");

        StepVerifier.create(walEx.changes(), 2)
                .expectNextCount(2)
                .then(() -> walEx.closeGracefully().subscribe())
                .expectComplete()
                .verify(PATIENCE);

        postgres.awaitSlotInactive("walex");
        awaitDisconnected();
        assertThat(id(WalEx.changes(config().build()).blockFirst(PATIENCE))).isEqualTo(2);
    }

    @Test
    void closeGracefullyEndsAStreamThatIsStillConnecting() {
        WalEx walEx = WalEx.create(config().build());

        StepVerifier.create(walEx.changes())
                .then(() -> walEx.closeGracefully().block(PATIENCE))
                .expectComplete()
                .verify(PATIENCE);
        awaitDisconnected();
    }

    @Test
    void errorInTheSubscriberClosesTheConnection() {
        createSlot();
        postgres.execute("INSERT INTO todo VALUES (1, 'a')");

        StepVerifier.create(WalEx.changes(config().build()).doOnNext(event -> {
                    throw new IllegalArgumentException("boom");
                }))
                .expectErrorMessage("boom")
                .verify(PATIENCE);

        postgres.awaitSlotInactive("walex");
        awaitDisconnected();
    }

    @Test
    void errorOfTheServerClosesTheConnection() {
        createSlot();
        postgres.execute("INSERT INTO todo VALUES (1, 'a')");

        StepVerifier.create(WalEx.changes(
                        config().retry(reactor.util.retry.Retry.max(0)).build()))
                .expectNextCount(1)
                .then(() -> postgres.terminateWalsenders("walex"))
                .expectError(ConnectionLostException.class)
                .verify(PATIENCE);

        awaitDisconnected();
    }

    @Test
    void deliversTypesNamesAndSource() {
        createSlot();
        postgres.execute("INSERT INTO todo VALUES (1, 'a')");

        Event event = WalEx.changes(config().build()).blockFirst(PATIENCE);

        assertThat(event.type()).isEqualTo(EventType.INSERT);
        assertThat(event.name()).isEqualTo("todo");
        assertThat(event.source().schema()).isEqualTo("public");
        assertThat(event.source().db()).isEqualTo(postgres.name());
        assertThat(event.source().name()).isEqualTo(postgres.name());
    }
}
