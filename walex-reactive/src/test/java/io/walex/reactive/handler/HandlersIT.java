package io.walex.reactive.handler;

import static io.walex.reactive.event.EventFilters.table;
import static io.walex.reactive.event.EventFilters.unwatchedFields;
import static io.walex.reactive.event.EventFilters.unwatchedRecords;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.walex.reactive.WalEx;
import io.walex.reactive.WalExInstances;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventColumns;
import io.walex.reactive.event.EventJson;
import io.walex.reactive.event.Mask;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.testsupport.LogLines;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.TcpProxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.retry.Retry;

/** What handlers and functions see of a real server's transactions, and what they make of the slot. */
class HandlersIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private Disposable running = () -> {};

    @BeforeEach
    void createTables() {
        postgres.execute(
                "CREATE TABLE users (id int PRIMARY KEY, name text, email text, event_subscribe boolean DEFAULT true, updated_at timestamptz)",
                "CREATE TABLE todo (id int PRIMARY KEY, title text)",
                "ALTER TABLE users REPLICA IDENTITY FULL",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
    }

    @AfterEach
    void stop() {
        running.dispose();
    }

    private WalExConfig.Builder config() {
        return WalExConfig.fromUrl(postgres.url())
                .publication("events")
                .messages(true)
                .statusInterval(Duration.ofMillis(50))
                .slot(SlotSpec.durable("walex"));
    }

    private WalEx start(Handlers handlers) {
        WalEx walex = WalEx.create(config().build());
        running = handlers.run(walex).subscribe(nothing -> {}, failure::set, () -> seen.add("completed"));
        return walex;
    }

    private EventHandler record(String handler) {
        return events -> Mono.fromRunnable(() -> seen.add(handler + " " + ids(events)));
    }

    private static String ids(List<Event> events) {
        return events.stream().map(HandlersIT::id).collect(Collectors.joining(","));
    }

    private static String id(Event event) {
        return switch (event.type()) {
            case INSERT, UPDATE -> event.newRecord().getText("id");
            case DELETE -> event.oldRecord().getText("id");
            default -> event.name();
        };
    }

    private void awaitSeen(String... expected) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(failure.get()).isNull();
            assertThat(seen).containsExactlyInAnyOrder(expected);
        });
    }

    private Lsn confirmed() {
        return postgres.slot("walex").orElseThrow().confirmedFlushLsn();
    }

    private void awaitConfirmed(Lsn lsn) {
        await().atMost(PATIENCE).until(() -> confirmed().compareTo(lsn) >= 0);
    }

    @Test
    void everyHandlerGetsItsEventsOfATransactionInOneList() {
        start(Handlers.builder()
                .onEvent("*", record("all"))
                .onEvent("users", record("users"))
                .onInsert("users", record("insert"))
                .onInsert("public.users", record("insert again"))
                .onUpdate("public.*", record("update"))
                .onDelete("users", record("delete"))
                .onTruncate("todo", record("truncate"))
                .onMessage("note", record("message"))
                .onMessage("other", record("never"))
                .build());

        postgres.executeInTransaction(
                "INSERT INTO users VALUES (1), (2)",
                "INSERT INTO todo VALUES (10)",
                "UPDATE users SET name = 'a' WHERE id = 2",
                "SELECT pg_logical_emit_message(true, 'note', 'x')",
                "DELETE FROM users WHERE id = 1",
                "UPDATE todo SET title = 'b'",
                "TRUNCATE todo");

        awaitSeen(
                "all 1,2,10,2,note,1,10,todo",
                "users 1,2,2,1",
                "insert 1,2",
                "insert again 1,2",
                "update 2,10",
                "delete 1",
                "truncate todo",
                "message note");
    }

    @Test
    void filtersColumnsAndFunctionsApplyBeforeTheHandler() {
        ConcurrentLinkedQueue<String> welcomed = new ConcurrentLinkedQueue<>();
        HandlerSpec spec = HandlerSpec.create()
                .filter(unwatchedRecords(Map.of("event_subscribe", false)).and(unwatchedFields("updated_at")))
                .columns(EventColumns.of("users").mask("email", Mask.constant("***")))
                .functions(
                        EventFunction.of(
                                "send_welcome_email",
                                event -> Mono.fromRunnable(() -> welcomed.add("mail " + id(event) + " "
                                        + event.newRecord().getText("email")))),
                        EventFunction.of(
                                "add_to_crm", event -> Mono.fromRunnable(() -> welcomed.add("crm " + id(event)))));
        start(Handlers.builder().onEvent("users", spec, record("users")).build());

        postgres.executeInTransaction(
                "INSERT INTO users VALUES (1, 'a', 'a@example.com', true), (2, 'b', 'b', false), (3, 'c', '', true)",
                "UPDATE users SET updated_at = now()");

        awaitSeen("users 1,3");
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(welcomed).containsExactlyInAnyOrder("mail 1 ***", "mail 3 ***", "crm 1", "crm 3"));
    }

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
        awaitSeen("first 1");

        handler.tryEmitEmpty();
        // A keepalive may have confirmed what came before.
        await().during(Duration.ofMillis(300)).until(() -> confirmed().compareTo(commit.get()) <= 0);
        function.tryEmitEmpty();
        awaitConfirmed(committed);
    }

    @Test
    void handsOverALargeTransactionInChunks() {
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        List<Integer> ids = new CopyOnWriteArrayList<>();
        start(Handlers.builder()
                .onInsert(
                        "todo",
                        HandlerSpec.create().chunkSize(400),
                        events -> Mono.fromRunnable(() -> {
                            sizes.add(events.size());
                            events.forEach(event -> ids.add(event.newRecord().get("id", Integer.class)));
                        }))
                .build());

        postgres.execute("INSERT INTO todo SELECT i, 'x' FROM generate_series(1, 1000) i");

        await().atMost(PATIENCE).until(() -> ids.size() == 1000);
        assertThat(sizes).containsExactly(400, 400, 200);
        assertThat(ids)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 1000).boxed().toList());
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
        start(Handlers.builder()
                .transactionsInFlight(32)
                .onInsert(
                        "todo",
                        HandlerSpec.create()
                                .functions(EventFunction.of(
                                                "slow",
                                                event -> Mono.delay(Duration.ofMillis(20))
                                                        .doOnSubscribe(s ->
                                                                most.accumulateAndGet(now.incrementAndGet(), Math::max))
                                                        .doOnTerminate(now::decrementAndGet))
                                        .concurrency(8)),
                        events -> Mono.delay(Duration.ofMillis(calls.incrementAndGet() % 7))
                                .doOnNext(t -> events.forEach(
                                        event -> ids.add(event.newRecord().get("id", Integer.class)))))
                .build());

        awaitConfirmed(postgres.currentLsn());
        assertThat(ids)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 200).boxed().toList());
        assertThat(most).hasValueBetween(2, 8);
    }

    @Test
    void ordersAFunctionByKey() {
        Map<String, List<String>> byTitle = new ConcurrentHashMap<>();
        AtomicInteger calls = new AtomicInteger();
        start(Handlers.builder()
                .onInsert(
                        "todo",
                        HandlerSpec.create()
                                .functions(EventFunction.of(
                                                "by title",
                                                event -> Mono.delay(Duration.ofMillis(calls.incrementAndGet() % 5))
                                                        .doOnNext(t -> byTitle.computeIfAbsent(
                                                                        event.newRecord()
                                                                                .getText("title"),
                                                                        title -> new CopyOnWriteArrayList<>())
                                                                .add(id(event))))
                                        .concurrency(4)
                                        .orderedBy(event -> event.newRecord().get("title"))))
                .build());
        postgres.execute("INSERT INTO todo SELECT i, 't' || i % 3 FROM generate_series(1, 150) i");

        awaitConfirmed(postgres.currentLsn());
        for (int title = 0; title < 3; title++) {
            int rest = title;
            assertThat(byTitle.get("t" + title))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 150)
                            .filter(i -> i % 3 == rest)
                            .mapToObj(String::valueOf)
                            .toList());
        }
    }

    @Test
    void aFailingHandlerStopsTheRunAndTheNextRunGetsTheTransactionAgain() {
        start(Handlers.builder()
                .onInsert("todo", events -> {
                    throw new IllegalStateException("no");
                })
                .build());
        postgres.execute("INSERT INTO todo VALUES (1)");

        await().atMost(PATIENCE).until(() -> failure.get() != null);
        assertThat(failure.get())
                .isInstanceOf(HandlerFailedException.class)
                .hasMessageMatching(
                        "\"onInsert todo\" failed on insert public.todo at .*:\\d+: java.lang.IllegalStateException: no; the transaction is not acknowledged");
        failure.set(null);
        postgres.awaitSlotInactive("walex");
        start(Handlers.builder().onInsert("todo", record("again")).build());
        awaitSeen("again 1");
    }

    @Test
    void aMaskedColumnThatDoesNotExistIsRefusedAtTheStart() {
        start(Handlers.builder()
                .onInsert(
                        "users",
                        HandlerSpec.create().columns(EventColumns.of("users").mask("emial", Mask.constant("***"))),
                        record("leak"))
                .build());

        await().atMost(PATIENCE).until(() -> failure.get() != null);
        assertThat(failure.get())
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage(
                        "Handler \"onInsert users\": Table public.users has no column \"emial\" to show, hide or mask; it has \"email\"");
    }

    @Test
    void aMaskedColumnThatGoesStopsTheRunBeforeItLeaks() {
        List<FailedEvents> dead = new CopyOnWriteArrayList<>();
        start(Handlers.builder()
                .onInsert(
                        "users",
                        HandlerSpec.create()
                                .columns(EventColumns.of("users").mask("email", Mask.constant("***")))
                                .whenFailing(deadLetters(dead)),
                        record("leak"))
                .build());
        postgres.awaitSlotActive("walex");
        postgres.execute(
                "ALTER TABLE users RENAME email TO mail_address", "INSERT INTO users VALUES (1, 'a', 'secret')");

        await().atMost(PATIENCE).until(() -> failure.get() != null);
        assertThat(failure.get())
                .isInstanceOfSatisfying(
                        HandlerFailedException.class,
                        failed -> assertThat(failed.failed().events())
                                .extracting(EventJson::toJson)
                                .noneMatch(json -> json.contains("secret")))
                .hasMessageContaining("Table public.users has no column \"email\" to show, hide or mask; it has [id,");
        assertThat(seen).isEmpty();
        assertThat(dead).isEmpty();
    }

    @Test
    void aFilterThatFailsLetsNoMaskedColumnIntoTheDeadLetter() {
        List<FailedEvents> dead = new CopyOnWriteArrayList<>();
        start(Handlers.builder()
                .onInsert(
                        "users",
                        HandlerSpec.create()
                                .filter(event -> event.message() == null)
                                .columns(EventColumns.of("users").mask("email", Mask.constant("***")))
                                .whenFailing(deadLetters(dead)),
                        record("unreachable"))
                .build());
        postgres.execute("INSERT INTO users VALUES (1, 'a', 'secret')");

        awaitConfirmed(postgres.currentLsn());
        assertThat(dead)
                .hasSize(1)
                .allSatisfy(failed -> assertThat(failed.events())
                        .extracting(EventJson::toJson)
                        .allMatch(json -> json.contains("\"email\":\"***\"") && !json.contains("secret")));
    }

    private static FailurePolicy deadLetters(List<FailedEvents> dead) {
        return FailurePolicy.deadLetter(failed -> Mono.fromRunnable(() -> dead.add(failed)));
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

        awaitConfirmed(postgres.currentLsn());
        assertThat(dead)
                .hasSize(4)
                .allSatisfy(failed -> assertThat(failed.cause()).hasStackTraceContaining(type.getName()));
        assertThat(seen).isEmpty();
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
            running = Handlers.builder()
                    .chunkSize(100)
                    .onInsert(
                            "todo",
                            events -> events.get(0).newRecord().get("id").equals(1)
                                    ? Mono.fromRunnable(proxy::reset).then(gap.asMono())
                                    : record("todo").handle(events))
                    .build()
                    .run(walex)
                    .subscribe(nothing -> {}, failure::set, () -> seen.add("completed"));
            walex.awaitStreaming().block(PATIENCE);
            postgres.execute("INSERT INTO todo SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i");
            gap.asMono().block(PATIENCE);
            walex.awaitStreaming().block(PATIENCE);
            postgres.execute("INSERT INTO todo VALUES (30001)");

            awaitSeen("todo 30001");
            assertThat(log.messages())
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .contains("was handled only in part: ", "went with its connection")
                    .doesNotContain("resumeWithGap");
            running.dispose();
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

        awaitConfirmed(postgres.currentLsn());
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

        awaitConfirmed(postgres.currentLsn());
        assertThat(attempts).hasValue(6);
        assertThat(dead)
                .hasSize(2)
                .anyMatch(line -> line.startsWith("crm 1 attempt"))
                .anyMatch(line -> line.startsWith("crm 2 attempt"));
        awaitSeen("todo 1", "todo 2");
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
        awaitSeen("began 1");

        work.tryEmitError(new IllegalStateException("late"));

        await().atMost(PATIENCE).until(() -> failure.get() != null);
        assertThat(failure.get())
                .isInstanceOf(HandlerFailedException.class)
                .hasMessageContaining("late; the transaction is");
        postgres.awaitSlotInactive("walex");
        assertThat(confirmed()).isLessThan(committed);
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
        awaitSeen("began");

        running.dispose();

        awaitSeen("began", "handler cancelled", "function cancelled");
        postgres.awaitSlotInactive("walex");
        assertThat(confirmed()).isLessThan(committed);
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
        postgres.execute("INSERT INTO todo SELECT i, chr(96 + (i - 1) % 3 + 1) FROM generate_series(1, 30) i");

        awaitConfirmed(postgres.currentLsn());
        for (int key = 1; key <= 3; key++) {
            String title = String.valueOf((char) (96 + key));
            int rest = key % 3;
            assertThat(done)
                    .filteredOn(line -> line.startsWith(title))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 30)
                            .filter(i -> i % 3 == rest)
                            .mapToObj(i -> title + i)
                            .toList());
        }
        assertThat(attempts.get("1")).hasValue(3);
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
            awaitSeen("healthy 1", "stalled");
            await().atMost(PATIENCE).until(() -> failed.get() instanceof HandlerFailedException);

            postgres.execute("INSERT INTO todo VALUES (2)");

            awaitSeen("healthy 1", "healthy 2", "stalled");
            awaitConfirmed(postgres.currentLsn());
            others.dispose();
            postgres.awaitSlotInactive("stalled");
        }
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

        await().atMost(PATIENCE).until(() -> failure.get() != null);
        assertThat(failure.get())
                .isInstanceOf(HandlerFailedException.class)
                .hasMessageContaining("its dead-letter callback failed too: java.lang.IllegalStateException: dead too");
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
            awaitSeen("quick 1", "quick 2", "quick 3");
        } finally {
            release.countDown();
        }
        await().atMost(PATIENCE).until(() -> seen.contains("slow 3"));
    }

    @Test
    void modulesComeGoAndChangeAtTheNextTransaction() {
        HandlerModule first = on -> on.onInsert("todo", record("first")).onDelete("todo", record("first deletes"));
        HandlerModule second = on -> on.onInsert("todo", record("second"));
        HandlerModule third = on -> on.onInsert("todo", record("third"));
        Handlers handlers = Handlers.builder().module(first).build();
        start(handlers);
        postgres.execute("INSERT INTO todo VALUES (1)");
        awaitSeen("first 1");

        handlers.add(second);
        postgres.execute("INSERT INTO todo VALUES (2)");
        awaitSeen("first 1", "first 2", "second 2");

        handlers.replace(first, third);
        assertThat(handlers.modules()).containsExactly(third, second);
        postgres.execute("INSERT INTO todo VALUES (3)");
        awaitSeen("first 1", "first 2", "second 2", "third 3", "second 3");

        handlers.remove(second);
        postgres.execute("INSERT INTO todo VALUES (4)", "DELETE FROM todo");
        awaitSeen("first 1", "first 2", "second 2", "third 3", "second 3", "third 4");
        org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
                .isThrownBy(() -> handlers.remove(first))
                .withMessageContaining("is not registered");
    }

    @Test
    void warnsAtTheStartOfWhatNothingCanReach() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("io.walex.reactive");
        log.start();
        logger.addAppender(log);
        try {
            WalEx walex = WalEx.create(
                    config().subscribe("users", "todos").messages(false).build());
            running = Handlers.builder()
                    .onInsert("user", record("user"))
                    .onInsert("todo", record("todo"))
                    .onEvent(
                            "*",
                            HandlerSpec.create().filter(event -> true).filter(table("invoices")),
                            record("filtered"))
                    .onInsert(
                            "users", HandlerSpec.create().filter(table("bills").negate()), record("others"))
                    .onMessage("note", record("note"))
                    .onEvent("users", record("fine"))
                    .onEvent(
                            "*",
                            HandlerSpec.create().columns(EventColumns.of("user").exclude("email")),
                            record("unmasked"))
                    .build()
                    .run(walex)
                    .subscribe();
            postgres.awaitSlotActive("walex");
            postgres.execute("INSERT INTO users VALUES (1)");
            awaitSeen("fine 1", "unmasked 1", "others 1");
        } finally {
            logger.detachAppender(log);
        }

        assertThat(log.list)
                .filteredOn(event -> event.getLevel() == Level.WARN)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactlyInAnyOrder(
                        "Handler \"onInsert user\" gets nothing: \"user\" is not in publication \"events\"; it has \"users\"",
                        "Handler \"onInsert todo\" gets nothing: \"todo\" is not among the subscriptions [users, todos]",
                        "Handler \"onInsert users\" has a filter that names what cannot come: \"bills\" is not in publication \"events\"; it has [public.todo, public.users]",
                        "Handler \"onEvent *\" has a filter that names what cannot come: \"invoices\" is not in publication \"events\"; it has [public.todo, public.users]",
                        "Handler \"onEvent *\": Columns of \"user\" cannot be shown, hidden or masked: \"user\" is not in publication \"events\"; it has \"users\"",
                        "Handler \"onMessage note\" gets nothing: logical messages are off; set messages(true)",
                        "WalEx subscribes in vain: \"todos\" is not in publication \"events\"; it has \"todo\"");
    }

    @Test
    void warnsOfWhatNothingCanReachOfAModuleThatIsAdded() {
        Handlers handlers = Handlers.builder()
                .onInsert("todo", record("todo"))
                .onInsert("bills", record("bills"))
                .build();
        WalEx walex = start(handlers);
        walex.awaitStreaming().block(PATIENCE);
        try (LogLines log = LogLines.captureAll()) {
            handlers.add(new Misspelt());
            await().atMost(PATIENCE)
                    .until(
                            () -> warnings(log),
                            List.of(
                                            "Handler \"Misspelt.onInsert user\" gets nothing: \"user\" is not in publication \"events\"; it has \"users\"")
                                    ::equals);
        }
    }

    private static List<String> warnings(LogLines log) {
        return log.messages().stream()
                .filter(message -> message.startsWith("Handler"))
                .toList();
    }

    private final class Misspelt implements HandlerModule {

        @Override
        public void register(HandlerRegistry<?> on) {
            on.onInsert("user", record("user"));
        }
    }

    @Test
    void completesWhenTheInstanceCloses() {
        WalEx walex = start(Handlers.builder().onInsert("todo", record("todo")).build());
        postgres.execute("INSERT INTO todo VALUES (1)");
        awaitSeen("todo 1");

        walex.closeGracefully().block(PATIENCE);

        awaitSeen("todo 1", "completed");
    }
}
