package io.walex.reactive.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.event.Transaction;
import io.walex.reactive.pgoutput.Lsn;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** How transactions are handed out and acknowledged. */
class TransactionWindowsTests extends OpenWindows {

    @Test
    void handsTransactionsOutOneByOneWithTheirEvents() {
        source.add(signals.transaction(10, 2));
        source.add(signals.transaction(20, 1));

        StepVerifier.create(transactions().concatMap(Transaction::events, 0).map(OpenWindows::name))
                .then(this::runLoop)
                .expectNext("10 event 0", "10 event 1", "20 event 0")
                .thenCancel()
                .verify();
    }

    @Test
    void pullsNothingBeyondWhatIsDemanded() {
        source.add(signals.transaction(10, 3));
        source.add(signals.transaction(20, 1));
        List<Transaction> handedOut = new ArrayList<>();

        StepVerifier.create(transactions().doOnNext(handedOut::add), 0)
                .then(this::runLoop)
                .then(() -> assertThat(source.pulled).isZero())
                .thenRequest(1)
                .then(this::runLoop)
                .expectNextCount(1)
                // the first event opened it, and waits for its consumer
                .then(() -> assertThat(source.pulled).isEqualTo(2))
                .then(() -> StepVerifier.create(handedOut.get(0).events(), 0)
                        .then(this::runLoop)
                        .thenRequest(2)
                        .then(this::runLoop)
                        .expectNextCount(2)
                        .then(() -> assertThat(source.pulled).isEqualTo(3))
                        .thenRequest(2)
                        .then(this::runLoop)
                        .expectNextCount(1)
                        .verifyComplete())
                .then(() -> assertThat(source.pulled).isEqualTo(5))
                .thenCancel()
                .verify();
    }

    @Test
    void handsOutNothingWithinAPause() {
        source.add(signals.transaction(10, 2));
        List<Transaction> handedOut = subscribe(transactions().doOnNext(transaction -> paused = true));
        runLoop();
        List<String> events = new ArrayList<>();
        handedOut.get(0).events().map(OpenWindows::name).subscribe(events::add);
        runLoop();
        assertThat(events).isEmpty();

        paused = false;
        onGoingOn.forEach(Runnable::run);
        runLoop();
        assertThat(events).containsExactly("10 event 0", "10 event 1");
    }

    @Test
    void knowsTheEndOnceTheEventsHaveCompleted() {
        source.add(signals.transaction(10, 1));
        Transaction transaction = first();

        assertThat(transaction.commitLsn()).isEqualTo(Lsn.of(10));
        assertThatThrownBy(transaction::endLsn)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("events() have completed");
        transaction.events().subscribe();
        runLoop();

        assertThat(transaction.endLsn()).isEqualTo(Lsn.of(18));
    }

    @Test
    void neverSubscribedHoldsTheStreamUntilItIsAcknowledged() {
        source.add(signals.transaction(10, 1000));
        source.add(signals.transaction(20, 1));
        List<Transaction> handedOut = subscribe(transactions());
        runLoop();
        assertThat(handedOut).hasSize(1);
        assertThat(source.pulled).isEqualTo(2);

        handedOut.get(0).acknowledge();
        runLoop();

        assertThat(handedOut).hasSize(2);
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(18));
    }

    @Test
    void acknowledgedBeforeItIsSubscribedToGivesNoEventsButCompletes() {
        source.add(signals.transaction(10, 3));
        Transaction transaction = first();
        transaction.acknowledge();

        StepVerifier.create(transaction.events()).then(this::runLoop).verifyComplete();
    }

    @Test
    void cancelledEarlyDropsTheRestAndStillWantsToBeAcknowledged() {
        source.add(signals.transaction(10, 1000));
        source.add(signals.transaction(20, 1));
        List<Transaction> handedOut = subscribe(transactions());
        runLoop();

        StepVerifier.create(handedOut.get(0).events().take(3))
                .then(this::runLoop)
                .expectNextCount(3)
                .verifyComplete();
        runLoop();

        assertThat(handedOut).hasSize(2);
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.INVALID);
        handedOut.get(0).acknowledge();
        runLoop();
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(18));
    }

    @Test
    void hasOneSubscriber() {
        source.add(signals.transaction(10, 1));
        Transaction transaction = first();
        transaction.events().subscribe();

        StepVerifier.create(transaction.events())
                .expectErrorMessage("The events of transaction 10 at 0/A have one subscriber")
                .verify();
    }

    @Test
    void acknowledgesInAnyOrder() {
        source.add(signals.transaction(10, 1));
        source.add(signals.transaction(20, 1));
        source.add(signals.transaction(30, 1));
        List<Transaction> handedOut = subscribeAndConsume(transactions());
        runLoop();
        assertThat(handedOut).hasSize(3);

        handedOut.get(2).acknowledge();
        handedOut.get(1).acknowledge();
        runLoop();
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.INVALID);
        handedOut.get(0).acknowledge();
        runLoop();

        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(38));
    }

    @Test
    void acknowledgedWhileItIsConsumedCountsAtItsEnd() {
        source.add(signals.transaction(10, 3));
        Transaction transaction = first();

        StepVerifier.create(transaction.events(), 0)
                .thenRequest(1)
                .then(this::runLoop)
                .expectNextCount(1)
                .then(transaction::acknowledge)
                .then(this::runLoop)
                .then(() -> assertThat(acknowledgements.flushed()).isEqualTo(Lsn.INVALID))
                .thenRequest(10)
                .then(this::runLoop)
                .expectNextCount(2)
                .verifyComplete();
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(18));
    }

    @Test
    void pausesAtTheLimitOfUnacknowledgedTransactions() {
        maxUnacknowledged = 2;
        for (int i = 1; i <= 4; i++) {
            source.add(signals.transaction(10L * i, 1));
        }
        List<Transaction> handedOut = subscribeAndConsume(transactions());
        runLoop();
        assertThat(handedOut).hasSize(2);

        handedOut.get(1).acknowledge();
        runLoop();
        assertThat(handedOut).hasSize(2);

        handedOut.get(0).acknowledge();
        runLoop();
        assertThat(handedOut).hasSize(4);
    }

    @Test
    void transactionsWithoutEventsAreAcknowledgedUnseen() {
        source.add(signals.transaction(10, 0));
        source.add(signals.transaction(20, 0));
        List<Transaction> handedOut = subscribe(transactions());

        runLoop();

        assertThat(handedOut).isEmpty();
        assertThat(acknowledgements.flushed()).isEqualTo(Lsn.of(28));
    }
}
