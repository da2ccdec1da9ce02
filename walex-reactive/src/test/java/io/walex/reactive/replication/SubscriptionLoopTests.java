package io.walex.reactive.replication;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

@Timeout(20)
class SubscriptionLoopTests {

    private final SubscriptionLoop loop = SubscriptionLoop.create("walex-loop-test");

    @AfterEach
    void dispose() {
        loop.dispose().block(PATIENCE);
    }

    private static String await(CompletableFuture<String> name) throws Exception {
        return name.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static void completeWithThread(CompletableFuture<String> name) {
        name.complete(Thread.currentThread().getName());
    }

    @Test
    void runsEverythingOnOneThreadOfThatName() throws Exception {
        CompletableFuture<String> executed = new CompletableFuture<>();
        CompletableFuture<String> run = new CompletableFuture<>();
        CompletableFuture<String> scheduled = new CompletableFuture<>();

        loop.execute(() -> completeWithThread(executed));
        loop.run(() -> completeWithThread(run));
        loop.scheduler().schedule(() -> completeWithThread(scheduled), 1, TimeUnit.MILLISECONDS);

        assertThat(await(executed)).startsWith("walex-loop-test");
        assertThat(await(run)).isEqualTo(await(executed));
        assertThat(await(scheduled)).isEqualTo(await(executed));
    }

    @Test
    void onTheLoopRunIsAtOnceAndExecuteIsLater() {
        List<String> order = Mono.fromCallable(() -> {
                    List<String> seen = new ArrayList<>();
                    loop.execute(() -> seen.add("executed"));
                    loop.run(() -> seen.add("run"));
                    seen.add("end");
                    return seen;
                })
                .subscribeOn(loop.scheduler())
                .delayUntil(seen -> Mono.fromRunnable(() -> {}).subscribeOn(loop.scheduler()))
                .block(PATIENCE);

        assertThat(order).containsExactly("run", "end", "executed");
    }

    @Test
    void dropsWhatComesAfterItsEnd() {
        List<String> seen = new ArrayList<>();
        loop.dispose().block(PATIENCE);

        loop.execute(() -> seen.add("executed"));
        loop.run(() -> seen.add("run"));

        assertThat(seen).isEmpty();
    }

    @Test
    void doesWhatItWasGivenBeforeItEnds() throws Exception {
        CompletableFuture<String> last = new CompletableFuture<>();
        loop.execute(() -> completeWithThread(last));

        loop.dispose().block(PATIENCE);

        assertThat(last).isCompleted();
    }

    @Test
    void dropsATaskThatAnExecutorRejects() {
        SubscriptionLoop.executeOrDrop(
                task -> {
                    throw new RejectedExecutionException("ended");
                },
                () -> {});
    }

    @Test
    void aTasksOwnFailureIsNoRejection() {
        assertThatThrownBy(() -> SubscriptionLoop.executeOrDrop(Runnable::run, () -> {
                    throw new IllegalStateException("mine");
                }))
                .hasMessage("mine");
    }

    @Test
    void leavesALoopOfSomebodyElseRunning() {
        EmbeddedChannel channel = new EmbeddedChannel();
        SubscriptionLoop borrowed = SubscriptionLoop.of(channel.eventLoop());
        List<String> seen = new ArrayList<>();

        borrowed.dispose().block(PATIENCE);
        borrowed.run(() -> seen.add("run"));

        assertThat(seen).containsExactly("run");
        assertThatThrownBy(borrowed::resources).hasMessageContaining("whoever started it");
    }
}
