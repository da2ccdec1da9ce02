package io.walex.reactive.testsupport;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** What a subscriber got, in its order, and the error that its stream ended with. */
public final class Seen<T> {

    private final List<T> elements = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    public synchronized void add(T element) {
        elements.add(element);
    }

    public void fail(Throwable error) {
        failure.set(error);
    }

    /** What there is by now. */
    public synchronized List<T> all() {
        return List.copyOf(elements);
    }

    public synchronized int size() {
        return elements.size();
    }

    public synchronized boolean contains(T element) {
        return elements.contains(element);
    }

    /** Waits until this was seen, in this order and nothing else. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final void await(T... expected) {
        awaitAll(List.of(expected));
    }

    /** Waits until this was seen, in this order and nothing else. */
    public void awaitAll(List<? extends T> expected) {
        awaitThat(() -> assertThat(all()).containsExactlyElementsOf(expected));
    }

    /** Waits until this was seen, and nothing else. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final void awaitInAnyOrder(T... expected) {
        List<T> all = List.of(expected);
        awaitThat(() -> assertThat(all()).containsExactlyInAnyOrderElementsOf(all));
    }

    /** Waits until such an element was seen. */
    public void awaitThatOne(Predicate<? super T> condition) {
        awaitThat(() -> assertThat(all()).anyMatch(condition));
    }

    private void awaitThat(Runnable assertion) {
        Awaitility.await("seen").atMost(PATIENCE).untilAsserted(() -> {
            assertThat(failure.get()).isNull();
            assertion.run();
        });
    }

    /** Waits for the stream's error; forgets it, so that the next stream can be awaited. */
    public Throwable awaitFailure() {

        Awaitility.await("failure").atMost(PATIENCE).until(() -> failure.get() != null);
        return Objects.requireNonNull(failure.getAndSet(null));
    }
}
