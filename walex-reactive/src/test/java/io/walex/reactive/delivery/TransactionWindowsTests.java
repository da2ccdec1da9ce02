package io.walex.reactive.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.Acknowledgements;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class TransactionWindowsTests {

    private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final List<Runnable> onAcknowledged = new ArrayList<>();
    private final Acknowledgements acknowledgements = new Acknowledgements(loop::add, () -> {
        acknowledged.incrementAndGet();
        onAcknowledged.forEach(Runnable::run);
    });
    private final Signals signals = new Signals();
    private final Source source = new Source();
    private int maxUnacknowledged = 100;

    private Flux<Transaction> transactions() {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Transaction> actual) {
                var windows = new TransactionWindows(actual, loop::add, acknowledgements, maxUnacknowledged);
                onAcknowledged.add(windows::advance);
                windows.onSubscribe(source);
                source.subscriber = windows;
            }
        };
    }

    private void runLoop() {
        boolean busy = true;
        while (busy) {
            for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
                task.run();
            }
            busy = source.serve();
        }
    }

    private static String name(Event event) {
        return event.lsn().value() + " " + event.name();
    }

    @Test
    void handsTransactionsOutOneByOneWithTheirEvents() {
        source.add(signals.transaction(10, 2));
        source.add(signals.transaction(20, 1));

        StepVerifier.create(transactions().concatMap(Transaction::events, 0).map(TransactionWindowsTests::name))
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
                .then(() -> StepVerifier.create(handedOut.get(1).events().map(TransactionWindowsTests::name))
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

    private Transaction first() {
        List<Transaction> handedOut = subscribe(transactions());
        runLoop();
        return handedOut.get(0);
    }

    private static List<Transaction> subscribe(Flux<Transaction> transactions) {
        List<Transaction> handedOut = new ArrayList<>();
        transactions.subscribe(handedOut::add);
        return handedOut;
    }

    private static List<Transaction> subscribeAndConsume(Flux<Transaction> transactions) {
        List<Transaction> handedOut = new ArrayList<>();
        transactions
                .doOnNext(handedOut::add)
                .flatMap(transaction -> transaction.events().then(), 1000)
                .subscribe();
        return handedOut;
    }

    /** Gives one signal for each that was asked for. */
    private static final class Source implements Subscription {

        private final ArrayDeque<TransactionSignal> waiting = new ArrayDeque<>();
        private TransactionWindows subscriber;
        private long demand;
        private int pulled;
        private boolean cancelled;

        void add(List<TransactionSignal> more) {
            waiting.addAll(more);
        }

        @Override
        public void request(long n) {
            demand += n;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        boolean serve() {
            boolean served = false;
            while (demand > 0 && !cancelled && !waiting.isEmpty()) {
                demand--;
                pulled++;
                served = true;
                subscriber.onNext(waiting.poll());
            }
            return served;
        }
    }
}
