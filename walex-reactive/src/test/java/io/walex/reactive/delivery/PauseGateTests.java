package io.walex.reactive.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.test.publisher.TestPublisher;
import reactor.test.subscriber.TestSubscriber;

class PauseGateTests {

    private boolean paused;
    private final TestPublisher<Integer> source = TestPublisher.create();
    private final TestSubscriber<Integer> subscriber =
            TestSubscriber.builder().initialRequest(0).build();
    private final PauseGate<Integer> gate = new PauseGate<>(subscriber, Runnable::run, () -> paused);

    private void open() {
        source.subscribe(gate);
    }

    @Test
    void passesWhatIsDemanded() {
        open();
        source.assertWasNotRequested();

        subscriber.request(2);
        source.next(1).next(2);

        assertThat(subscriber.getReceivedOnNext()).containsExactly(1, 2);
    }

    @Test
    void keepsWhatComesWithinAPause() {
        open();
        subscriber.request(Long.MAX_VALUE);
        paused = true;
        source.next(1);
        gate.goOn();
        assertThat(subscriber.getReceivedOnNext()).isEmpty();

        paused = false;
        gate.goOn();
        source.next(2);

        assertThat(subscriber.getReceivedOnNext()).containsExactly(1, 2);
    }

    @Test
    void asksForNothingWithinAPause() {
        paused = true;
        open();
        subscriber.request(1);
        source.assertWasNotRequested();

        paused = false;
        gate.goOn();

        source.assertWasRequested();
    }

    @Test
    void completesBehindWhatItKeeps() {
        open();
        subscriber.request(1);
        paused = true;
        source.next(1).complete();
        assertThat(subscriber.isTerminated()).isFalse();

        paused = false;
        gate.goOn();

        assertThat(subscriber.getReceivedOnNext()).containsExactly(1);
        assertThat(subscriber.isTerminatedComplete()).isTrue();
    }

    @Test
    void failsAtOnce() {
        open();
        subscriber.request(1);
        paused = true;
        source.next(1).error(new IllegalStateException("broken"));
        paused = false;
        gate.goOn();

        assertThat(subscriber.getReceivedOnNext()).isEmpty();
        assertThat(subscriber.expectTerminalError()).hasMessage("broken");
    }

    @Test
    void passesACancelOn() {
        open();
        ((Subscription) gate).cancel();

        source.assertCancelled();
    }
}
