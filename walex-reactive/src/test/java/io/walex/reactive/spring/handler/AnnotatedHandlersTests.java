package io.walex.reactive.spring.handler;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.Position;
import io.walex.reactive.event.Row;
import io.walex.reactive.event.TestEvents;
import io.walex.reactive.event.Truncation;
import io.walex.reactive.handler.FailedEvents;
import io.walex.reactive.handler.HandlerFailedException;
import io.walex.reactive.handler.Handlers;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import io.walex.reactive.testsupport.GivenTransactions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What annotated methods are called with, and what becomes of what they return. No server. */
class AnnotatedHandlersTests {

    private static final List<String> SEEN = new CopyOnWriteArrayList<>();

    private final TestEvents users = TestEvents.table("user")
            .key("id", "int4")
            .column("first_name", "text")
            .column("email", "text")
            .build();

    private final TestEvents full = TestEvents.table("user")
            .key("id", "int4")
            .column("first_name", "text")
            .column("email", "text")
            .replicaIdentity(ReplicaIdentity.FULL)
            .build();

    record User(int id, String firstName, @Nullable String email) {}

    record UserId(int id) {}

    /** Runs the beans' handlers on one transaction, one call after the other. */
    private static GivenTransactions run(List<Event> transaction, Object... beans) {
        SEEN.clear();
        GivenTransactions stream = GivenTransactions.of(List.of(transaction));
        try (GenericApplicationContext context = new GenericApplicationContext()) {
            context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource("test", Map.of("tables.people", "user", "tries", "2")));
            for (Object bean : beans) {
                registerBean(context, bean);
            }
            context.refresh();
            Handlers.Builder handlers = Handlers.builder().scheduler(Schedulers.immediate());
            AnnotatedHandlers.of(context.getBeanFactory()).forEach(handlers::module);
            handlers.build().run(stream).block(PATIENCE);
        }
        return stream;
    }

    @SuppressWarnings("unchecked")
    private static <T> void registerBean(GenericApplicationContext context, T bean) {
        context.registerBean(bean.getClass().getSimpleName(), (Class<T>) bean.getClass(), () -> bean);
    }

    @WalExHandlers(table = "${tables.people}")
    static class UserHandlers {

        @OnInsert
        void row(Row row, Position position, Event event) {
            SEEN.add("row " + row.get("id") + " " + position.equals(event.position()));
        }

        @OnInsert
        Mono<Void> mapped(User user) {
            return Mono.fromRunnable(() -> SEEN.add("mapped " + user.firstName()));
        }

        @OnInsert
        CompletionStage<Void> columns(@Column("first_name") String name, @Key int id) {
            return CompletableFuture.runAsync(() -> SEEN.add("columns " + id + name), Runnable::run);
        }

        @OnInsert
        Flux<String> all(List<User> all) {
            SEEN.add("all " + all.stream().map(User::firstName).collect(Collectors.joining(",")));
            return Flux.just("ignored");
        }

        @OnDelete
        void deleted(@Key("id") long id, UserId user) {
            SEEN.add("deleted " + id + " " + user);
        }

        @OnTruncate
        void truncated(Truncation truncation) {
            SEEN.add("truncated " + truncation.cascade());
        }

        @OnRead
        void read(User user) {
            SEEN.add("read " + user.firstName());
        }

        @OnMessage("mail")
        void message(String content, byte[] bytes) {
            SEEN.add("message " + content + bytes.length);
        }

        @OnEvent("*")
        void everything(Event event) {
            SEEN.add("any " + event.type().jsonName());
        }
    }

    @Test
    void methodsTakeWhatTheyAskForAndReturnWhatTheyLike() {
        GivenTransactions stream =
                run(List.of(users.insert(1, "Ada", null), users.insert(2, "Grace", "g@x")), new UserHandlers());

        assertThat(SEEN)
                .containsExactlyInAnyOrder(
                        "row 1 true",
                        "row 2 true",
                        "mapped Ada",
                        "mapped Grace",
                        "columns 1Ada",
                        "columns 2Grace",
                        "all Ada,Grace",
                        "any insert",
                        "any insert");
        assertThat(stream.acknowledged()).isEqualTo(1);
    }

    @Test
    void everyTypeOfEventHasItsAnnotation() {
        run(
                List.of(
                        users.delete(7),
                        users.truncate(),
                        users.message("mail", "hello".getBytes(StandardCharsets.UTF_8)),
                        users.message("other", new byte[0]),
                        users.read(3, "Edsger", null)),
                new UserHandlers());

        assertThat(SEEN)
                .contains("deleted 7 UserId[id=7]", "truncated false", "message hello5", "read Edsger")
                .filteredOn(line -> line.startsWith("any"))
                .containsExactly("any delete", "any truncate", "any message", "any message", "any read");
    }

    static class Changes {

        @OnUpdate(changed = "email")
        void changed(RowChange<User> change) {
            SEEN.add("%s -> %s".formatted(change.before(), change.after().email()));
        }

        @OnInsert
        @OnUpdate(changed = "email")
        void upserted(User user, Event event) {
            SEEN.add(event.type().jsonName() + " " + user.id());
        }

        @OnUpdate("user")
        void every(RowChange<User> change) {
            SEEN.add("before " + change.before());
        }
    }

    @Test
    void updatesComeWithTheOldRowAndCanBeChosenByTheirColumns() {
        run(
                List.of(
                        full.insert(1, "Ada", "a@x"),
                        full.update(List.of(1, "Ada", "a@x"), List.of(1, "Ada", "ada@x")),
                        full.update(List.of(1, "Ada", "ada@x"), List.of(1, "Ada L.", "ada@x"))),
                new Changes());

        assertThat(SEEN)
                .contains("User[id=1, firstName=Ada, email=a@x] -> ada@x")
                .containsSubsequence("insert 1", "update 1")
                .filteredOn(line -> line.startsWith("update"))
                .hasSize(1);
    }

    /** Half a record would look like a row of NULLs. */
    @Test
    void anOldRowThatHoldsOnlyItsKeyIsNoRecord() {
        run(List.of(users.update(List.of(1, "Ada", "x"), List.of(2, "Ada", "x"))), new Changes());

        assertThat(SEEN).containsExactly("before null");
        assertThatThrownBy(() -> run(List.of(users.delete(7)), new DeletedUsers()))
                .isInstanceOf(HandlerFailedException.class)
                .hasMessageContaining("DeletedUsers.forget")
                .hasMessageContaining("the old row of \"user\" holds only [id], and User also has [firstName, email]")
                .hasMessageContaining("ALTER TABLE user REPLICA IDENTITY FULL");
    }

    static class DeletedUsers {

        @OnDelete
        void forget(User user) {}
    }

    static class Tried {

        private final AtomicInteger calls = new AtomicInteger();

        @OnInsert("user")
        @OnFailure(retries = "${tries}", backoff = "1ms", deadLetters = "Dead")
        void flaky(@Key int id) throws Exception {
            SEEN.add("call " + calls.incrementAndGet());
            throw new Exception("id " + id);
        }
    }

    static class Dead implements DeadLetters {

        @Override
        public Mono<Void> take(FailedEvents failed) {
            SEEN.add("dead " + failed.handler() + " " + failed.cause().getMessage());
            return Mono.empty();
        }
    }

    @Test
    void aFailingMethodIsRetriedAndItsEventsGoToTheDeadLetters() {
        GivenTransactions stream = run(List.of(users.insert(1, "Ada", null)), new Tried(), new Dead());

        assertThat(SEEN).containsExactly("call 1", "call 2", "call 3", "dead Tried.flaky id 1");
        assertThat(stream.acknowledged()).isEqualTo(1);
    }

    static class Poisoned {

        @OnInsert("user")
        void poisoned(@Column("email") int email) {}
    }

    @Test
    void aFailureWithoutAPolicyStopsTheRunWithMethodAndPosition() {
        Event event = users.insert(1, "Ada", null);

        assertThatThrownBy(() -> run(List.of(event), new Poisoned()))
                .isInstanceOf(HandlerFailedException.class)
                .hasMessageContaining("Poisoned.poisoned")
                .hasMessageContaining(event.position().toString())
                .hasMessageContaining("column \"email\" is NULL, which a parameter of type int cannot hold");
    }

    static class Parallel {

        @OnInsert("user")
        @InParallel(concurrency = "4", orderedBy = "email")
        Mono<Void> each(User user) {
            return Mono.fromRunnable(() -> SEEN.add(user.firstName()));
        }
    }

    @Test
    void aParallelMethodIsAFunctionPerEvent() {
        GivenTransactions stream =
                run(List.of(users.insert(1, "Ada", "x"), users.insert(2, "Grace", "x")), new Parallel());

        assertThat(SEEN).containsExactly("Ada", "Grace");
        assertThat(stream.acknowledged()).isEqualTo(1);
    }
}
