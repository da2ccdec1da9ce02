package io.walex.reactive.handler;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.pgoutput.Lsn;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What is in work when handlers are told to stop, and what comes behind it. */
class HandlersStopIT extends HandledTransactions {

    private final Sinks.Empty<Void> stop = Sinks.empty();

    private Mono<Void> runs(WalEx walex, EventHandler handler) {
        Mono<Void> run = Handlers.builder()
                .transactionsInFlight(1)
                .onInsert("todo", handler)
                .build()
                .runUntil(walex, stop.asMono())
                .cache();
        streams.add(run.subscribe(nothing -> {}, seen::fail, () -> seen.add("completed")));
        return run;
    }

    @Test
    void workIsFinishedAndAcknowledgedAndWhatComesBehindItComesAgain() {
        Sinks.Empty<Void> done = Sinks.empty();
        Mono<Void> run = runs(
                streams.create(config()),
                events -> Mono.from(record("handled").handle(events)).then(done.asMono()));
        postgres.execute("INSERT INTO todo VALUES (1)");
        Lsn first = postgres.currentLsn();
        seen.await("handled 1");
        postgres.execute("INSERT INTO todo VALUES (2)");

        stop.tryEmitEmpty();
        done.tryEmitEmpty();
        run.block(PATIENCE);

        seen.await("handled 1", "completed");
        assertThat(streams.confirmed()).isGreaterThanOrEqualTo(first);
        start(Handlers.builder().onInsert("todo", record("again")).build());
        seen.await("handled 1", "completed", "again 2");
    }

    @Test
    void withoutWorkTheStreamEndsAtOnce() {
        WalEx walex = streams.create(config());
        Mono<Void> run = runs(walex, record("handled"));
        walex.awaitStreaming().block(PATIENCE);

        stop.tryEmitEmpty();

        run.block(PATIENCE);
        seen.await("completed");
    }
}
