package io.walex.reactive.handler;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.testsupport.LogLines;
import io.walex.reactive.testsupport.TcpProxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.retry.Retry;

/** What becomes of a transaction that a handler or a function fails on. */
class HandlerFailuresIT extends HandledTransactions {

    @Test
    void aFailingHandlerStopsTheRunAndTheNextRunGetsTheTransactionAgain() {
        start(Handlers.builder()
                .onInsert("todo", events -> {
                    throw new IllegalStateException("no");
                })
                .build());
        postgres.execute("INSERT INTO todo VALUES (1)");

        assertThat(seen.awaitFailure())
                .isInstanceOf(HandlerFailedException.class)
                .hasMessageMatching(
                        "\"onInsert todo\" failed on insert public.todo at .*:\\d+: java.lang.IllegalStateException: no; the transaction is not acknowledged");
        postgres.awaitSlotInactive("walex");
        start(Handlers.builder().onInsert("todo", record("again")).build());
        seen.awaitInAnyOrder("again 1");
    }

    /** Also those that Reactor does not signal. */
    @ParameterizedTest
    @ValueSource(classes = {NoClassDefFoundError.class, StackOverflowError.class, AssertionError.class})
    void anErrorIsAFailureLikeAnyOther(Class<? extends Error> type) throws Exception {
        Error error = type.getDeclaredConstructor().newInstance();
        List<FailedEvents> dead = new CopyOnWriteArrayList<>();
        HandlerSpec spec = HandlerSpec.create().timeout(Duration.ofMinutes(5)).whenFailing(deadLetters(dead));
        EventHandler unreachable = record("unreachable");
        start(Handlers.builder()
                .onInsert("todo", spec, events -> {
                    throw error;
                })
                .onInsert(
                        "todo",
                        spec,
                        events -> Mono.fromRunnable(() -> {
                            throw error;
                        }))
                .onInsert(
                        "todo",
                        spec.filter(event -> {
                            throw error;
                        }),
                        unreachable)
                .onInsert(
                        "todo",
                        HandlerSpec.create()
                                .functions(EventFunction.of("keyed", event -> unreachable.handle(List.of(event)))
                                        .orderedBy(event -> {
                                            throw error;
                                        })
                                        .whenFailing(deadLetters(dead))))
                .build());
        postgres.execute("INSERT INTO todo VALUES (1)");

        streams.awaitConfirmed(postgres.currentLsn());
        assertThat(dead)
                .hasSize(4)
                .allSatisfy(failed -> assertThat(failed.cause()).hasStackTraceContaining(type.getName()));
        assertThat(seen.all()).isEmpty();
    }

    @Test
    void goesOnBehindAGapWhereThatWasChosen() throws Exception {
        Sinks.Empty<Void> gap = Sinks.empty();
        try (TcpProxy proxy = TcpProxy.to(postgres.host(), postgres.port());
                LogLines log = LogLines.capture(Handlers.class)) {
            WalEx walex = WalEx.create(config().host("localhost")
                    .port(proxy.port())
                    .slot(SlotSpec.temporary().resumeWithGap(told -> gap.tryEmitEmpty()))
                    .build());
            Handlers handlers = Handlers.builder()
                    .chunkSize(100)
                    .onInsert(
                            "todo",
                            events -> events.get(0).newRecord().get("id").equals(1)
                                    ? Mono.fromRunnable(proxy::reset).then(gap.asMono())
                                    : record("todo").handle(events))
                    .build();
            run(handlers, walex);
            walex.awaitStreaming().block(PATIENCE);
            postgres.execute("INSERT INTO todo SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i");
            gap.asMono().block(PATIENCE);
            walex.awaitStreaming().block(PATIENCE);
            postgres.execute("INSERT INTO todo VALUES (30001)");

            seen.awaitInAnyOrder("todo 30001");
            assertThat(log.messages())
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .contains("was handled only in part: ", "went with its connection")
                    .doesNotContain("resumeWithGap");
            streams.stop();
        }
    }

    @Test
    void nullAndSilenceAreFailures() {
        List<FailedEvents> dead = new CopyOnWriteArrayList<>();
        FailurePolicy deadLetter = deadLetters(dead);
        start(Handlers.builder()
                .onInsert("todo", HandlerSpec.create().whenFailing(deadLetter), events -> null)
                .onInsert(
                        "todo",
                        HandlerSpec.create().timeout(Duration.ofMillis(100)).whenFailing(deadLetter),
                        events -> Mono.never())
                .onInsert(
                        "todo",
                        HandlerSpec.create()
                                .filter(event -> event.message() == null)
                                .whenFailing(deadLetter),
                        record("unreachable"))
                .build());
        postgres.execute("INSERT INTO todo VALUES (1)");

        streams.awaitConfirmed(postgres.currentLsn());
        assertThat(dead)
                .extracting(failed -> failed.cause().getMessage())
                .containsExactlyInAnyOrder(
                        "\"onInsert todo\" returned null instead of a Publisher; return Mono.empty() when there is nothing to wait for",
                        "It did not complete within PT0.1S; make it complete, or raise its timeout",
                        "A insert event has no logical message");
    }

    @Test
    void retriesAndThenGoesToTheDeadLetter() {
        AtomicInteger attempts = new AtomicInteger();
        List<String> dead = new CopyOnWriteArrayList<>();
        EventFunction failing = EventFunction.of(
                        "crm",
                        event -> Mono.error(() -> new IllegalStateException("attempt " + attempts.incrementAndGet())))
                .retry(Retry.backoff(2, Duration.ofMillis(1)))
                .whenFailing(FailurePolicy.deadLetter(failed -> Mono.fromRunnable(() -> dead.add(failed.handler() + " "
                        + ids(failed.events()) + " " + failed.cause().getMessage()))));
        start(Handlers.builder()
                .onInsert("todo", HandlerSpec.create().functions(failing), record("todo"))
                .build());
        postgres.execute("INSERT INTO todo VALUES (1)", "INSERT INTO todo VALUES (2)");

        streams.awaitConfirmed(postgres.currentLsn());
        assertThat(attempts).hasValue(6);
        assertThat(dead)
                .hasSize(2)
                .anyMatch(line -> line.startsWith("crm 1 attempt"))
                .anyMatch(line -> line.startsWith("crm 2 attempt"));
        seen.awaitInAnyOrder("todo 1", "todo 2");
    }

    @Test
    void aHandlerThatFailsLateHasNotHandledItsEvents() {
        Sinks.Empty<Void> work = Sinks.empty();
        start(Handlers.builder()
                .onInsert("todo", events -> {
                    seen.add("began " + ids(events));
                    return Flux.concat(Flux.just("a row", "another"), work.asMono());
                })
                .build());
        postgres.awaitSlotActive("walex");
        postgres.execute("INSERT INTO todo VALUES (1)");
        Lsn committed = postgres.currentLsn();
        seen.awaitInAnyOrder("began 1");

        work.tryEmitError(new IllegalStateException("late"));

        assertThat(seen.awaitFailure())
                .isInstanceOf(HandlerFailedException.class)
                .hasMessageContaining("late; the transaction is");
        postgres.awaitSlotInactive("walex");
        assertThat(streams.confirmed()).isLessThan(committed);
    }

    @Test
    void aFailingDeadLetterStopsTheRun() {
        start(Handlers.builder()
                .onInsert(
                        "todo",
                        HandlerSpec.create()
                                .whenFailing(FailurePolicy.deadLetter(
                                        failed -> Mono.error(new IllegalStateException("dead too")))),
                        events -> Mono.error(new IllegalStateException("no")))
                .build());
        postgres.execute("INSERT INTO todo VALUES (1)");

        assertThat(seen.awaitFailure())
                .isInstanceOf(HandlerFailedException.class)
                .hasMessageContaining("its dead-letter callback failed too: java.lang.IllegalStateException: dead too");
    }
}
