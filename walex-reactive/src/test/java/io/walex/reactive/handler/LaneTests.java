package io.walex.reactive.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class LaneTests {

    private final List<String> started = new ArrayList<>();

    private Mono<Void> work(String name, Sinks.Empty<Void> end) {
        return Mono.defer(() -> {
            started.add(name);
            return end.asMono();
        });
    }

    @Test
    void runsInTheOrderOfSubmissionWhateverTheOrderOfSubscription() {
        Lane lane = new Lane(1);
        Sinks.Empty<Void> first = Sinks.empty();
        Sinks.Empty<Void> second = Sinks.empty();
        Mono<Void> one = lane.submit(work("one", first));
        Mono<Void> two = lane.submit(work("two", second));

        two.subscribe();
        assertThat(started).isEmpty();
        one.subscribe();
        assertThat(started).containsExactly("one");
        first.tryEmitEmpty();
        assertThat(started).containsExactly("one", "two");
    }

    @Test
    void runsAsManyAsItIsWide() {
        Lane lane = new Lane(2);
        Sinks.Empty<Void> first = Sinks.empty();
        Sinks.Empty<Void> second = Sinks.empty();
        lane.submit(work("one", first)).subscribe();
        lane.submit(work("two", second)).subscribe();
        lane.submit(work("three", Sinks.empty())).subscribe();

        assertThat(started).containsExactly("one", "two");
        second.tryEmitEmpty();
        assertThat(started).containsExactly("one", "two", "three");
    }

    @Test
    void nothingStartsBehindAFailure() {
        Lane lane = new Lane(1);
        lane.submit(Mono.error(new IllegalStateException("no")))
                .onErrorComplete()
                .subscribe();
        lane.submit(work("two", Sinks.empty())).subscribe();

        assertThat(started).isEmpty();
    }

    /** On the thread that ends the first, with nothing that would take them elsewhere. */
    @Test
    void manyThatWaitAreRunWithoutNesting() {
        Lane lane = new Lane(1);
        Sinks.Empty<Void> first = Sinks.empty();
        lane.submit(first.asMono()).subscribe();
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < 10_000; i++) {
            lane.submit(Mono.fromRunnable(done::incrementAndGet)).subscribe();
        }

        first.tryEmitEmpty();

        assertThat(done).hasValue(10_000);
    }
}
