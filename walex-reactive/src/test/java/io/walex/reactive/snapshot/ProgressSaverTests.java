package io.walex.reactive.snapshot;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.Acknowledgements;
import io.walex.reactive.replication.SubscriptionLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

@Timeout(20)
class ProgressSaverTests {

    private final SubscriptionLoop loop = SubscriptionLoop.create("walex-saver-test");
    private final Store store = new Store();
    private final List<Boolean> savingWhenTold = new ArrayList<>();
    private final ProgressSaver saver = onLoop(this::create);

    private ProgressSaver create() {
        return new ProgressSaver(store, "key", loop, ProgressSaverTests::progress, this::saved);
    }

    private static SnapshotProgress progress() {
        return new SnapshotProgress("key", "name", "run", "orders", "1", 1, Lsn.INVALID, false, List.of());
    }

    private void saved() {
        savingWhenTold.add(saver.isSaving());
    }

    @AfterEach
    void dispose() {
        loop.dispose().block(PATIENCE);
    }

    /** Completes a save when it is told to. */
    private static final class Store implements SnapshotStore {

        private final List<Sinks.Empty<Void>> saves = new ArrayList<>();

        @Override
        public Mono<String> load(String key) {
            return Mono.empty();
        }

        @Override
        public Mono<Void> save(String key, String progress) {
            Sinks.Empty<Void> save = Sinks.empty();
            saves.add(save);
            return save.asMono();
        }
    }

    private <T> T onLoop(Callable<T> work) {
        return Mono.fromCallable(work)
                .subscribeOn(loop.scheduler())
                .blockOptional(PATIENCE)
                .orElseThrow();
    }

    private void run(Runnable work) {
        onLoop(() -> {
            work.run();
            return true;
        });
    }

    @Test
    void letsOneChunkBeDeliveredWhileTheOneBeforeItIsSaved() {
        run(saver::save);
        assertThat(onLoop(saver::isBehind)).isFalse();
        assertThat(onLoop(saver::isSaving)).isTrue();

        run(saver::save);
        assertThat(onLoop(saver::isBehind)).isTrue();

        run(() -> store.saves.get(0).tryEmitEmpty());
        assertThat(onLoop(saver::isBehind)).isFalse();
        assertThat(onLoop(saver::isSaving)).isTrue();

        run(() -> store.saves.get(1).tryEmitEmpty());
        assertThat(onLoop(saver::isSaving)).isFalse();
        assertThat(savingWhenTold).containsExactly(true, false);
    }

    @Test
    void letsChunksBeDeliveredWhileRowsToBeRepairedAreSaved() {
        Acknowledgements slot = new Acknowledgements(loop, () -> {});
        run(saver::save);
        run(() -> saver.saveBefore(slot.hold()));

        assertThat(onLoop(saver::isBehind)).isFalse();
        assertThat(store.saves).hasSize(1);
    }

    @Test
    void isBehindFromAFailureUntilItIsSavedAfterAll() {
        run(saver::save);
        run(() -> store.saves.get(0).tryEmitError(new IllegalStateException("disk full")));
        assertThat(onLoop(saver::isBehind)).isTrue();

        await().atMost(PATIENCE).until(() -> onLoop(() -> store.saves.size() == 2));
        assertThat(onLoop(saver::isBehind)).isTrue();

        run(() -> store.saves.get(1).tryEmitEmpty());
        assertThat(onLoop(saver::isBehind)).isFalse();
    }
}
