package io.walex.reactive.guarantees.failure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.error.ConnectionLostException;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.testsupport.Seen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.util.retry.Retry;

/** What a subscriber notices when the connection breaks. */
class ReconnectIT extends BreakableStreams {

    @Test
    void terminatedWalsender() {
        start(config());
        insert(1, 10);
        awaitReceived(10);

        postgres.terminateWalsenders("walex");
        insert(11, 20);

        awaitReceived(20);
        assertThat(states)
                .extracting(state -> state.getClass().getSimpleName())
                .containsExactly("Connecting", "Streaming", "Reconnecting", "Streaming");
        assertThat(((ConnectionState.Reconnecting) states.get(2)).because())
                .isInstanceOf(ConnectionLostException.class)
                .hasMessageContaining("terminating connection due to administrator command");
    }

    @Test
    void cancelledWalsender() {
        start(config());
        insert(1, 10);
        awaitReceived(10);

        postgres.execute("SELECT pg_cancel_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 'walex'");
        insert(11, 20);

        awaitReceived(20);
    }

    @Test
    void tcpReset() {
        start(config());
        insert(1, 10);
        awaitReceived(10);

        proxy.reset();
        insert(11, 20);

        awaitReceived(20);
    }

    @Test
    void refusedConnectionsForAWhileAreToldOnce() {
        start(config());

        proxy.refuse();
        proxy.reset();
        insert(1, 10);
        Mono.delay(Duration.ofSeconds(1)).block();
        proxy.accept();

        awaitReceived(10);
        assertThat(states.stream().filter(state -> state instanceof ConnectionState.Reconnecting))
                .hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void middleOfATransactionContinuesWhereItWas() {
        start(config());
        // Rows large enough that the connection is cut between them.
        postgres.execute("INSERT INTO todo SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i");
        for (int cut = 0; cut < 5; cut++) {
            int before = received.size();
            await().atMost(PATIENCE).until(() -> received.size() > before || received.size() == 20_000);
            proxy.reset();
        }

        awaitReceived(20_000);
    }

    @Test
    void transactionsContinueAcrossReconnects() {
        WalEx walEx = streams.create(config());
        Flux<Integer> sizes = walEx.transactions()
                .concatMap(
                        transaction -> transaction
                                .events()
                                .doOnNext(event -> received.add(id(event)))
                                .doOnNext(event -> cutAt(event, 1000, 2500, 4999))
                                .count()
                                .map(Long::intValue)
                                .doOnNext(count -> transaction.acknowledge()),
                        0);
        insert(1, 5000);
        insert(5001, 5001);

        StepVerifier.create(sizes).expectNext(5000, 1).thenCancel().verify(PATIENCE);
        awaitReceived(5001);
    }

    @Test
    void acknowledgedByHandIsNotSentAgainAndTheRestIs() {
        WalEx walEx = streams.create(config());
        insert(1, 1);
        insert(2, 2);
        insert(3, 3);
        List<Transaction> open = Collections.synchronizedList(new ArrayList<>());
        streams.add(walEx.transactions()
                .flatMap(
                        transaction -> transaction
                                .events()
                                .doOnNext(event -> received.add(id(event)))
                                .then(Mono.fromRunnable(() -> open.add(transaction))),
                        10)
                .subscribe());
        await().until(() -> open.size() == 3);
        open.get(0).acknowledge();
        open.get(2).acknowledge();
        proxy.reset();
        insert(4, 4);
        awaitReceived(4);
        streams.stop();
        postgres.awaitSlotInactive("walex");

        assertThat(WalEx.changes(config().build())
                        .map(event -> event.newRecord().get("id"))
                        .take(3)
                        .collectList()
                        .block(PATIENCE))
                .containsExactly(2, 3, 4);
    }

    @Test
    void retriesAsOftenAsThePolicySaysAndFailsWithTheCause() {
        WalEx limited = WalEx.create(
                config().retry(Retry.fixedDelay(2, Duration.ofMillis(20))).build());

        StepVerifier.create(limited.changes())
                .then(() -> limited.awaitStreaming().block(PATIENCE))
                .then(proxy::refuse)
                .then(proxy::reset)
                .expectError(ServerUnreachableException.class)
                .verify(PATIENCE);
    }

    @Test
    void policyThatCompletesEndsTheStream() {
        WalEx limited = WalEx.create(
                config().retry(Retry.from(failures -> failures.take(1))).build());

        StepVerifier.create(limited.changes())
                .then(() -> limited.awaitStreaming().block(PATIENCE))
                .then(proxy::refuse)
                .then(proxy::reset)
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void closeGracefullyEndsAStreamThatWaitsToReconnect() {
        WalEx walEx = streams.create(config().retry(Retry.fixedDelay(10, Duration.ofMinutes(1))));
        walEx.states().subscribe(states::add);
        Disposable stream = streams.start(walEx.changes(), new Seen<>());
        walEx.awaitStreaming().block(PATIENCE);
        proxy.refuse();
        proxy.reset();
        await().until(this::isReconnecting);

        walEx.closeGracefully().block(PATIENCE);

        await().until(stream::isDisposed);
        assertThat(states).last().isInstanceOf(ConnectionState.Stopped.class);
    }
}
