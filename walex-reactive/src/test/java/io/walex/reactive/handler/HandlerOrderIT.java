package io.walex.reactive.handler;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.WalExInstances;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.pgoutput.Lsn;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.retry.Retry;

/** In which order handlers and functions run, beside whom, and when their transaction is acknowledged. */
class HandlerOrderIT extends HandledTransactions {

    @Test
    void acknowledgesOnlyWhenAllHandlersAndFunctionsAreDone() {
        Sinks.Empty<Void> handler = Sinks.empty();
        Sinks.Empty<Void> function = Sinks.empty();
        AtomicReference<Lsn> commit = new AtomicReference<>();
        start(Handlers.builder()
                .onInsert("todo", events -> {
                    commit.set(events.get(0).position().commitLsn());
                    return record("first").handle(events);
                })
                .onInsert(
                        "todo",
                        HandlerSpec.create().functions(EventFunction.of("slow", event -> function.asMono())),
                        events -> handler.asMono())
                .build());
        postgres.execute("INSERT INTO todo VALUES (1)");
        Lsn committed = postgres.currentLsn();
        seen.awaitInAnyOrder("first 1");

        handler.tryEmitEmpty();
        // A keepalive may have confirmed what came before.
        await().during(Duration.ofMillis(300)).until(() -> streams.confirmed().compareTo(commit.get()) <= 0);
        function.tryEmitEmpty();
        streams.awaitConfirmed(committed);
    }

    @Test
    void keepsEachHandlersOrderWhileTransactionsOverlap() {
        List<Integer> ids = new CopyOnWriteArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger now = new AtomicInteger();
        // Before it starts, so that there are enough of them at a time.
        postgres.execute(IntStream.rangeClosed(1, 200)
                .mapToObj(i -> "INSERT INTO todo VALUES (" + i + ")")
                .toArray(String[]::new));
        EventFunction slow = EventFunction.of(
                        "slow",
                        event -> Mono.delay(Duration.ofMillis(20))
                                .doOnSubscribe(s -> most.accumulateAndGet(now.incrementAndGet(), Math::max))
                                .doOnTerminate(now::decrementAndGet))
                .concurrency(8);
        EventHandler listed = events -> Mono.delay(Duration.ofMillis(calls.incrementAndGet() % 7))
                .doOnNext(t -> events.forEach(event -> ids.add(event.newRecord().get("id", Integer.class))));
        start(Handlers.builder()
                .transactionsInFlight(32)
                .onInsert("todo", HandlerSpec.create().functions(slow), listed)
                .build());

        streams.awaitConfirmed(postgres.currentLsn());
        assertThat(ids)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 200).boxed().toList());
        assertThat(most).hasValueBetween(2, 8);
    }

    @Test
    void ordersAFunctionByKey() {
        List<String> done = new CopyOnWriteArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        EventFunction byTitle = EventFunction.of(
                        "by title",
                        event -> Mono.delay(Duration.ofMillis(calls.incrementAndGet() % 5))
                                .doOnNext(t -> done.add(event.newRecord().getText("title") + id(event))))
                .concurrency(4)
                .orderedBy(event -> event.newRecord().get("title"));
        start(Handlers.builder()
                .onInsert("todo", HandlerSpec.create().functions(byTitle))
                .build());
        postgres.execute("INSERT INTO todo SELECT i, chr(97 + i % 3) FROM generate_series(1, 150) i");

        streams.awaitConfirmed(postgres.currentLsn());
        assertInOrder(done, 150);
    }

    /** Those of a title, which is the id's rest of three as a letter, came in the order of their ids. */
    private static void assertInOrder(List<String> done, int last) {
        for (int rest = 0; rest < 3; rest++) {
            int key = rest;
            String title = String.valueOf((char) ('a' + key));
            assertThat(done)
                    .filteredOn(line -> line.startsWith(title))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, last)
                            .filter(id -> id % 3 == key)
                            .mapToObj(id -> title + id)
                            .toList());
        }
    }

    /** The first event of each key fails twice; those behind it wait for it, those of other keys do not. */
    @Test
    void keepsTheOrderOfAKeyAcrossRetries() {
        Map<String, AtomicInteger> attempts = new ConcurrentHashMap<>();
        List<String> done = new CopyOnWriteArrayList<>();
        EventFunction function = EventFunction.of(
                        "by title",
                        event -> Mono.defer(() -> {
                            int attempt = attempts.computeIfAbsent(id(event), id -> new AtomicInteger())
                                    .incrementAndGet();
                            return event.newRecord().get("id", Integer.class) <= 3 && attempt <= 2
                                    ? Mono.error(new IllegalStateException("not yet"))
                                    : Mono.fromRunnable(
                                            () -> done.add(event.newRecord().getText("title") + id(event)));
                        }))
                .concurrency(8)
                .orderedBy(event -> event.newRecord().get("title"))
                .retry(Retry.fixedDelay(5, Duration.ofMillis(30)));
        start(Handlers.builder()
                .onInsert("todo", HandlerSpec.create().functions(function))
                .build());
        postgres.execute("INSERT INTO todo SELECT i, chr(97 + i % 3) FROM generate_series(1, 30) i");

        streams.awaitConfirmed(postgres.currentLsn());
        assertInOrder(done, 30);
        assertThat(attempts.get("1")).hasValue(3);
    }

    @Test
    void cancellingStopsHandlersAndFunctionsAndAcknowledgesNothingOfThem() {
        start(Handlers.builder()
                .onInsert(
                        "todo",
                        HandlerSpec.create()
                                .functions(EventFunction.of(
                                        "never",
                                        event -> Mono.never().doOnCancel(() -> seen.add("function cancelled")))),
                        events -> Mono.never()
                                .doOnSubscribe(s -> seen.add("began"))
                                .doOnCancel(() -> seen.add("handler cancelled")))
                .build());
        postgres.awaitSlotActive("walex");
        postgres.execute("INSERT INTO todo VALUES (1)");
        Lsn committed = postgres.currentLsn();
        seen.awaitInAnyOrder("began");

        streams.stop();

        seen.awaitInAnyOrder("began", "handler cancelled", "function cancelled");
        postgres.awaitSlotInactive("walex");
        assertThat(streams.confirmed()).isLessThan(committed);
    }

    @Test
    void aHandlerThatStallsOrFailsTouchesNoOtherInstance() {
        postgres.execute(
                "SELECT pg_create_logical_replication_slot('failing', 'pgoutput')",
                "SELECT pg_create_logical_replication_slot('stalled', 'pgoutput')");
        try (WalExInstances instances = new WalExInstances()) {
            WalEx failing = instances.create(
                    config().name("failing").slot(SlotSpec.durable("failing")).build());
            WalEx stalled = instances.create(
                    config().name("stalled").slot(SlotSpec.durable("stalled")).build());
            AtomicReference<Throwable> failed = new AtomicReference<>();
            Disposable.Composite others = Disposables.composite(
                    Handlers.builder()
                            .onInsert("todo", events -> Mono.error(new IllegalStateException("no")))
                            .build()
                            .run(failing)
                            .subscribe(nothing -> {}, failed::set),
                    Handlers.builder()
                            .onInsert("todo", events -> Mono.never().doOnSubscribe(s -> seen.add("stalled")))
                            .build()
                            .run(stalled)
                            .subscribe());
            start(Handlers.builder().onInsert("todo", record("healthy")).build());
            postgres.execute("INSERT INTO todo VALUES (1)");
            seen.awaitInAnyOrder("healthy 1", "stalled");
            await().atMost(PATIENCE).until(() -> failed.get() instanceof HandlerFailedException);

            postgres.execute("INSERT INTO todo VALUES (2)");

            seen.awaitInAnyOrder("healthy 1", "healthy 2", "stalled");
            streams.awaitConfirmed(postgres.currentLsn());
            others.dispose();
            postgres.awaitSlotInactive("stalled");
        }
    }

    @Test
    void blockingHandlersStallNobodyElse() {
        CountDownLatch release = new CountDownLatch(1);
        start(Handlers.builder()
                .transactionsInFlight(4)
                .onInsert("todo", events -> {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return Mono.fromRunnable(() -> seen.add("slow " + ids(events)));
                })
                .onInsert("todo", record("quick"))
                .build());
        postgres.execute("INSERT INTO todo VALUES (1)", "INSERT INTO todo VALUES (2)", "INSERT INTO todo VALUES (3)");

        try {
            seen.awaitInAnyOrder("quick 1", "quick 2", "quick 3");
        } finally {
            release.countDown();
        }
        await().atMost(PATIENCE).until(() -> seen.contains("slow 3"));
    }
}
