package io.walex.reactive.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.event.Transaction;
import io.walex.reactive.pgoutput.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** What becomes of open transactions when the stream ends or the connection abandons one. */
class EndedWindowsTests extends OpenWindows {

    @Test
    void errorOfTheStreamReachesTheOpenTransactionAndTheSubscriber() {
        source.add(signals.transaction(10, 3).subList(0, 2));
        List<Throwable> errors = new ArrayList<>();

        StepVerifier.create(transactions().doOnNext(each -> each.events().subscribe(event -> {}, errors::add)))
                .then(this::runLoop)
                .expectNextCount(1)
                .then(() -> source.subscriber.onError(new IllegalStateException("gone")))
                .expectErrorMessage("gone")
                .verify();
        runLoop();

        assertThat(errors).singleElement().extracting(Throwable::getMessage).isEqualTo("gone");
    }

    @Test
    void subscribedAfterTheStreamFailedGetsTheError() {
        source.add(signals.transaction(10, 3).subList(0, 2));
        List<Transaction> handedOut = subscribe(transactions().onErrorComplete());
        runLoop();
        source.subscriber.onError(new IllegalStateException("gone"));

        StepVerifier.create(handedOut.get(0).events())
                .then(this::runLoop)
                .expectNextCount(1)
                .expectErrorMessage("gone")
                .verify();
    }

    @Test
    void completionOfTheStreamFailsAnOpenTransaction() {
        source.add(signals.transaction(10, 3).subList(0, 2));
        Transaction transaction = first();
        source.subscriber.onComplete();

        StepVerifier.create(transaction.events())
                .then(this::runLoop)
                .expectNextCount(1)
                .expectError(CancellationException.class)
                .verify();
    }

    @Test
    void cancelLetsTheTransactionThatIsConsumedEnd() {
        source.add(signals.transaction(10, 3));
        source.add(signals.transaction(20, 1));

        StepVerifier.create(transactions().take(1).concatMap(Transaction::events))
                .then(this::runLoop)
                .expectNextCount(3)
                .verifyComplete();
        runLoop();

        assertThat(source.cancelled).isTrue();
        assertThat(source.pulled).isEqualTo(5);
    }

    @Test
    void gracefulEndLetsTheTransactionThatIsConsumedEnd() {
        source.add(signals.transaction(10, 3));
        source.add(signals.transaction(20, 1));

        StepVerifier.create(transactions().concatMap(Transaction::events, 0), 1)
                .then(this::runLoop)
                .expectNextCount(1)
                .then(() -> source.subscriber.finish(source.subscriber::onComplete))
                .thenRequest(Long.MAX_VALUE)
                .then(this::runLoop)
                .expectNextCount(2)
                .verifyComplete();

        assertThat(source.pulled).as("no more than the first").isEqualTo(5);
    }

    @Test
    void gracefulEndWaitsForNothingThatNobodyConsumes() {
        source.add(signals.transaction(10, 3));
        Transaction transaction = first();

        source.subscriber.finish(source.subscriber::onComplete);

        StepVerifier.create(transaction.events())
                .then(this::runLoop)
                .expectNextCount(1)
                .expectError(CancellationException.class)
                .verify();
    }

    @Test
    void cancelEndsTransactionsThatNobodyConsumes() {
        source.add(signals.transaction(10, 3));
        List<Transaction> handedOut = new ArrayList<>();
        var subscription = transactions().subscribe(handedOut::add);
        runLoop();

        subscription.dispose();
        runLoop();

        assertThat(source.cancelled).isTrue();
        StepVerifier.create(handedOut.get(0).events())
                .then(this::runLoop)
                .expectNextCount(1)
                .expectError(CancellationException.class)
                .verify();
    }

    /** The signal that the abandoned transaction had asked for is the start of another, which nobody has asked for. */
    @Test
    void afterAnAbandonedTransactionTheNextWaitsForDemand() {
        source.add(signals.transaction(10, 3).subList(0, 2));
        List<Transaction> handedOut = new ArrayList<>();

        StepVerifier.create(transactions().doOnNext(handedOut::add), 1)
                .then(this::runLoop)
                .expectNextCount(1)
                .then(() -> abandonWhileMoreIsAskedFor(handedOut.get(0)))
                .then(() -> source.add(signals.transaction(20, 2)))
                .then(this::runLoop)
                .then(() -> assertThat(handedOut).hasSize(1))
                .thenRequest(1)
                .then(this::runLoop)
                .expectNextCount(1)
                .then(() -> StepVerifier.create(handedOut.get(1).events().map(OpenWindows::name))
                        .then(this::runLoop)
                        .expectNext("20 event 0", "20 event 1")
                        .verifyComplete())
                .thenCancel()
                .verify();
    }

    @Test
    void afterAnAbandonedTransactionTheNextWaitsForTheLimitOfUnacknowledged() {
        maxUnacknowledged = 2;
        source.add(signals.transaction(10, 1));
        source.add(signals.transaction(20, 3).subList(0, 2));
        List<Transaction> handedOut = subscribe(transactions());
        runLoop();
        handedOut.get(0).events().subscribe();
        runLoop();

        abandonWhileMoreIsAskedFor(handedOut.get(1));
        source.add(signals.transaction(30, 1));
        runLoop();
        assertThat(handedOut).hasSize(2);

        handedOut.get(0).acknowledge();
        handedOut.get(1).acknowledge();
        acknowledgements.endUnfinished(Lsn.of(28));
        runLoop();
        assertThat(handedOut).hasSize(3);
    }

    private void abandonWhileMoreIsAskedFor(Transaction open) {
        open.events().subscribe(event -> {}, error -> {});
        runLoop();
        source.subscriber.abandon(new IllegalStateException("gone"));
    }
}
