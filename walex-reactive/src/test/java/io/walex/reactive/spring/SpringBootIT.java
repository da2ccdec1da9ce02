package io.walex.reactive.spring;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.error.PublicationNotFoundException;
import io.walex.reactive.event.Event;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.spring.handler.Key;
import io.walex.reactive.spring.handler.OnDelete;
import io.walex.reactive.spring.handler.OnInsert;
import io.walex.reactive.spring.handler.OnUpdate;
import io.walex.reactive.spring.handler.RowChange;
import io.walex.reactive.spring.handler.WalExHandlers;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.Seen;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Mono;

/** An application with annotated methods, and a server. */
class SpringBootIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    private final Seen<String> seen = new Seen<>();

    @BeforeEach
    void createTable() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, title text)",
                "ALTER TABLE todo REPLICA IDENTITY FULL",
                "CREATE PUBLICATION events FOR ALL TABLES");
    }

    private ApplicationContextRunner application() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(WalExAutoConfiguration.class))
                .withPropertyValues("walex.url=" + postgres.url(), "walex.publication=events", "walex.slot.name=boot");
    }

    record Todo(int id, String title) {}

    @WalExHandlers(table = "todo")
    record TodoHandlers(Seen<String> seen) {

        @OnInsert
        void added(Todo todo) {
            seen.add("added " + todo);
        }

        @OnUpdate(changed = "title")
        Mono<Void> renamed(RowChange<Todo> change) {
            return Mono.fromRunnable(() -> seen.add("renamed "
                    + Objects.requireNonNull(change.before()).title() + " to "
                    + Objects.requireNonNull(change.after()).title()));
        }

        @OnDelete
        void removed(@Key("id") int id) {
            seen.add("removed " + id);
        }
    }

    @Test
    void annotatedMethodsGetTheChangesFromTheStartOn() {
        application().withBean(TodoHandlers.class, seen).run(context -> {
            assertThat(context).hasNotFailed();
            postgres.execute(
                    "INSERT INTO todo VALUES (1, 'write')",
                    "UPDATE todo SET title = 'read'",
                    "UPDATE todo SET id = 2",
                    "DELETE FROM todo");

            seen.awaitInAnyOrder("added Todo[id=1, title=write]", "renamed write to read", "removed 2");
        });
        postgres.awaitSlotInactive("boot");
    }

    /** An application without a web server has no other thread that does. */
    @Test
    void handlersKeepTheProcessAlive() {
        application()
                .withBean(TodoHandlers.class, seen)
                .withPropertyValues("walex.name=alive")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(keepingAlive()).hasSize(1);
                });
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(keepingAlive()).isEmpty());
    }

    private static List<Thread> keepingAlive() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isDaemon() && thread.getName().equals("walex-alive-keep-alive"))
                .toList();
    }

    @Test
    void withoutHandlersNothingConnects() {
        application().run(context -> assertThat(context).hasSingleBean(WalEx.class));

        assertThat(postgres.slot("boot")).isEmpty();
    }

    @Test
    void aMissingPublicationFailsTheStart() {
        application()
                .withBean(TodoHandlers.class, seen)
                .withPropertyValues("walex.publication=event")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(PublicationNotFoundException.class)
                        .hasMessageContaining("\"event\""));
    }

    @Test
    void oneThatStandsByStarts() {
        application().withBean(TodoHandlers.class, seen).run(first -> {
            assertThat(first).hasNotFailed();
            application()
                    .withBean(TodoHandlers.class, seen)
                    .withPropertyValues("walex.slot.when-in-use=wait")
                    .run(second -> assertThat(second).hasNotFailed());
        });
    }

    static final class Slow {

        private final CountDownLatch called = new CountDownLatch(1);
        private final CountDownLatch mayEnd = new CountDownLatch(1);
        private volatile boolean finished;

        @OnInsert("todo")
        void slow(Event event) throws InterruptedException {
            called.countDown();
            finished = mayEnd.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void whatAMethodWorksOnIsFinishedAndAcknowledgedWhenTheApplicationStops() {
        Slow slow = new Slow();
        application().withBean(Slow.class, () -> slow).run(context -> {
            postgres.execute("INSERT INTO todo VALUES (1, 'write')");
            assertThat(slow.called.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            Lsn committed = postgres.currentLsn();

            Thread stopping = new Thread(context::stop);
            stopping.start();
            await().atMost(PATIENCE)
                    .until(() -> !context.getBean(WalExLifecycle.class).isRunning());
            slow.mayEnd.countDown();
            stopping.join(PATIENCE.toMillis());

            assertThat(slow.finished).isTrue();
            assertThat(postgres.awaitSlotInactive("boot").confirmedFlushLsn()).isGreaterThanOrEqualTo(committed);
        });
    }
}
