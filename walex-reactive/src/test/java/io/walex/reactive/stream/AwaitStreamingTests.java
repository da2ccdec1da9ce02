package io.walex.reactive.stream;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.WalLevelException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** What waits for a stream never waits for what cannot come. */
class AwaitStreamingTests {

    private final WalExConfig config =
            WalExConfig.builder().name("test").publication("events").build();
    private final ConnectionStates states = new ConnectionStates();

    private SubscriptionState subscription(int number) {
        return new SubscriptionState(config, number, states, Clock.systemUTC());
    }

    private static void stop(SubscriptionState subscription, @Nullable Throwable because) {
        subscription.ended(because);
        subscription.left();
    }

    @Test
    void completesAtOnceWhileOneStreams() {
        subscription(1).streaming("slot");

        StepVerifier.create(states.awaitStreaming()).expectComplete().verify(PATIENCE);
    }

    @Test
    void waitsForTheFirst() {
        StepVerifier.create(states.awaitStreaming())
                .then(() -> subscription(1).connecting())
                .then(() -> subscription(2).streaming("slot"))
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void waitsForOneThatIsOnItsWayAfterOthersEnded() {
        stop(subscription(1), null);
        SubscriptionState second = subscription(2);

        StepVerifier.create(states.awaitStreaming())
                .then(() -> second.streaming("slot"))
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void failsWithWhatTheLastFailedWithBefore() {
        stop(subscription(1), new WalLevelException("before", null));

        StepVerifier.create(states.awaitStreaming())
                .expectError(WalLevelException.class)
                .verify(PATIENCE);
    }

    @Test
    void waitsUntilTheSubscriberHasHeardOfAnError() {
        SubscriptionState only = subscription(1);
        only.streaming("slot");
        only.ended(new WalLevelException("meanwhile", null));

        StepVerifier.create(states.awaitStreaming())
                .then(only::left)
                .expectError(WalLevelException.class)
                .verify(PATIENCE);
    }

    @Test
    void failsWhenTheLastIsCancelledBeforeOrMeanwhile() {
        SubscriptionState only = subscription(1);
        StepVerifier.create(states.awaitStreaming())
                .then(() -> stop(only, null))
                .expectError(CancellationException.class)
                .verify(PATIENCE);

        StepVerifier.create(states.awaitStreaming())
                .expectError(CancellationException.class)
                .verify(PATIENCE);
    }

    @Test
    void failsWhenTheInstanceIsClosedBeforeOrMeanwhile() {
        WalEx meanwhile = WalEx.create(config);
        StepVerifier.create(meanwhile.awaitStreaming())
                .then(meanwhile::close)
                .expectError(CancellationException.class)
                .verify(PATIENCE);

        StepVerifier.create(meanwhile.awaitStreaming())
                .expectError(CancellationException.class)
                .verify(PATIENCE);
    }

    @Test
    void listenerThatBlocksHoldsUpNoOtherSubscription() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<Integer> seen = new CopyOnWriteArrayList<>();
        states.states().subscribe(state -> {
            seen.add(state.subscription());
            told.countDown();
            await(goOn);
        });
        SubscriptionState first = subscription(1);
        CompletableFuture<Void> blocked = CompletableFuture.runAsync(first::connecting);
        await(told);

        subscription(2).connecting();
        stop(first, null);
        goOn.countDown();

        blocked.get(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
        assertThat(seen).containsExactly(1, 2, 1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
